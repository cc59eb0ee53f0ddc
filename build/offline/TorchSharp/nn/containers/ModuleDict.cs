using System.Collections;
using System.Diagnostics.CodeAnalysis;
using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp.Modules
{
    public class ModuleDict<T> : torch.nn.Module, IList<(string, T)>
        where T : torch.nn.Module
    {
        private readonly OrderedDict<string, T> _entries = new();
        private bool _registered;

        public ModuleDict()
            : base(nameof(ModuleDict<T>))
        {
        }

        public int Count => _entries.Count;

        public bool IsReadOnly => false;

        public ICollection<string> Keys => _entries.Keys;

        public ICollection<T> Values => _entries.Values;

        public T this[string key]
        {
            get => _entries[key];
            set
            {
                _entries[key] = value;
                Register();
            }
        }

        public (string, T) this[int index]
        {
            get => _entries[index];
            set
            {
                _entries[index] = value;
                Register();
            }
        }

        public void Add(string key, T value)
        {
            _entries.Add(key, value);
            Register();
        }

        public void Add((string, T) item) => Add(item.Item1, item.Item2);

        public void Insert(int index, (string, T) item)
        {
            _entries.Insert(index, item);
            Register();
        }

        public bool Remove(string key)
        {
            var removed = _entries.Remove(key);
            Register();
            return removed;
        }

        public bool Remove((string, T) item) => _entries.Contains(item) && Remove(item.Item1);

        public void RemoveAt(int index)
        {
            _entries.RemoveAt(index);
            Register();
        }

        public void Clear()
        {
            _entries.Clear();
            Register();
        }

        public void clear() => Clear();

        public bool ContainsKey(string key) => _entries.ContainsKey(key);

        public bool Contains((string, T) item) => _entries.Contains(item);

        public int IndexOf((string, T) item) => _entries.IndexOf(item);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => _entries.TryGetValue(key, out value);

        public void CopyTo((string, T)[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);

        public IEnumerable<string> keys() => _entries.keys();

        public IEnumerable<T> values() => _entries.values();

        public IEnumerator<(string, T)> items() => GetEnumerator();

        public IEnumerator<(string, T)> GetEnumerator() => _entries.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        protected override void RegisterComponents()
        {
            if (!_registered)
            {
                _registered = true;
                Register();
            }
        }

        private void Register()
        {
            if (!_registered)
            {
                return;
            }
            ClearModules();
            foreach (var (key, module) in _entries)
            {
                register_module(key, module);
            }
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static ModuleDict<Module> ModuleDict(params (string, Module)[] modules) => ModuleDict<Module>(modules);

            public static ModuleDict<T> ModuleDict<T>(params (string, T)[] modules)
                where T : Module
            {
                var dictionary = new ModuleDict<T>();
                foreach (var module in modules)
                {
                    dictionary.Add(module);
                }
                return dictionary;
            }
        }
    }
}
