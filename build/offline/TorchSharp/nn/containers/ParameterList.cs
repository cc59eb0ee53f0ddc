using System.Collections;
using TorchSharp.Modules;

namespace TorchSharp.Modules
{
    public class ParameterList : torch.nn.Module, IList<Parameter>
    {
        private readonly List<Parameter> _list = [];

        public ParameterList(params Parameter[] parameters)
            : base(nameof(ParameterList))
        {
            extend(parameters);
        }

        public int Count => _list.Count;

        public bool IsReadOnly => false;

        public Parameter this[int index]
        {
            get => _list[index];
            set
            {
                _list[index] = value;
                Renumber();
            }
        }

        public void append(params Parameter[] parameters) => extend(parameters);

        public void extend(IEnumerable<Parameter> parameters)
        {
            _list.AddRange(parameters);
            Renumber();
        }

        public void Add(Parameter item)
        {
            _list.Add(item);
            Renumber();
        }

        public void Insert(int index, Parameter item)
        {
            _list.Insert(index, item);
            Renumber();
        }

        public bool Remove(Parameter item)
        {
            var index = IndexOf(item);
            if (index >= 0)
            {
                RemoveAt(index);
            }
            return index >= 0;
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

        public bool Contains(Parameter item) => IndexOf(item) >= 0;

        // Tensors compare element by element, parameters in a list by identity.
        public int IndexOf(Parameter item) => _list.FindIndex(parameter => ReferenceEquals(parameter, item));

        public void CopyTo(Parameter[] array, int arrayIndex) => _list.CopyTo(array, arrayIndex);

        public IEnumerator<Parameter> GetEnumerator() => _list.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        protected override void RegisterComponents() => Renumber();

        protected override void _toEpilog(torch.ScalarType? dtype, torch.Device? device, bool non_blocking)
        {
            base._toEpilog(dtype, device, non_blocking);
            for (var i = 0; i < _list.Count; i++)
            {
                _list[i] = _internal_params[$"{i}"];
            }
        }

        private void Renumber()
        {
            _internal_params.Clear();
            for (var i = 0; i < _list.Count; i++)
            {
                _internal_params.Add($"{i}", _list[i]);
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
            public static ParameterList ParameterList(params Parameter[] parameters) => new(parameters);

            public static Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}
