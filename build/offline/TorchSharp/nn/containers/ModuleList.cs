using System.Collections;
using TorchSharp.Modules;

namespace TorchSharp.Modules
{
    public class ModuleList<T> : torch.nn.Module, IList<T>
        where T : torch.nn.Module
    {
        private readonly List<T> _list = [];
        private bool _registered;

        public ModuleList(params T[] modules)
            : base(nameof(ModuleList<T>))
        {
            _list.AddRange(modules);
        }

        public int Count => _list.Count;

        public bool IsReadOnly => false;

        public T this[int index]
        {
            get => _list[index];
            set
            {
                _list[index] = value;
                Renumber();
            }
        }

        public void append(params T[] parameters) => extend(parameters);

        public void extend(IEnumerable<T> modules)
        {
            foreach (var module in modules)
            {
                Add(module);
            }
        }

        public void Add(T item)
        {
            _list.Add(item);
            Renumber();
        }

        public void Insert(int index, T item)
        {
            _list.Insert(index, item);
            Renumber();
        }

        public bool Remove(T item)
        {
            var removed = _list.Remove(item);
            Renumber();
            return removed;
        }

        public void RemoveAt(int index)
        {
            _list.RemoveAt(index);
            Renumber();
        }

        public void Clear()
        {
            _list.Clear();
            Renumber();
        }

        public bool Contains(T item) => _list.Contains(item);

        public int IndexOf(T item) => _list.IndexOf(item);

        public void CopyTo(T[] array, int arrayIndex) => _list.CopyTo(array, arrayIndex);

        public IEnumerator<T> GetEnumerator() => _list.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        // The children are known to the outside only once the list itself is part of a module, as in the real package.
        protected override void RegisterComponents()
        {
            if (!_registered)
            {
                _registered = true;
                Renumber();
            }
        }

        private void Renumber()
        {
            if (!_registered)
            {
                return;
            }
            ClearModules();
            for (var i = 0; i < _list.Count; i++)
            {
                register_module($"{i}", _list[i]);
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
            public static ModuleList<Module> ModuleList(params Module[] modules) => new(modules);

            public static ModuleList<T> ModuleList<T>(params T[] modules)
                where T : Module => new(modules);
        }
    }
}
