using System.Runtime.CompilerServices;
using TorchSharp.Modules;

namespace TorchSharp.Modules
{
    public class Sequential : torch.nn.Module<torch.Tensor, torch.Tensor>
    {
        private readonly List<torch.nn.IModule<torch.Tensor, torch.Tensor>> _modules = [];

        protected internal Sequential(params (string name, torch.nn.Module<torch.Tensor, torch.Tensor> submodule)[] modules)
            : base(nameof(Sequential))
        {
            foreach (var (key, module) in modules)
            {
                append(key, module);
            }
        }

        protected internal Sequential(params torch.nn.Module<torch.Tensor, torch.Tensor>[] modules)
            : base(nameof(Sequential))
        {
            foreach (var module in modules)
            {
                append(module);
            }
        }

        public int Count => _modules.Count;

        [IndexerName("SequentialItems")]
        public torch.nn.IModule<torch.Tensor, torch.Tensor> this[int index] => _modules[index];

        public Sequential append(torch.nn.IModule<torch.Tensor, torch.Tensor> module) => append($"{_modules.Count}", module);

        public Sequential append(string name, torch.nn.IModule<torch.Tensor, torch.Tensor> module)
        {
            register_module(name, (torch.nn.Module)module);
            _modules.Add(module);
            return this;
        }

        public override torch.Tensor forward(torch.Tensor tensor)
        {
            if (_modules.Count == 0)
            {
                throw new ArgumentException("Cannot call forward on an empty Sequential module.");
            }
            var current = tensor;
            foreach (var module in _modules)
            {
                var next = module.call(current);
                if (!ReferenceEquals(current, tensor) && !ReferenceEquals(current, next))
                {
                    current.Dispose();
                }
                current = next;
            }
            return current;
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Sequential Sequential() => new(Array.Empty<Module<Tensor, Tensor>>());

            public static Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) => new(modules);

            public static Sequential Sequential(params Module<Tensor, Tensor>[] modules) => new(modules);

            public static Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules) =>
                new(modules.ToArray());

            public static Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules) => new(modules.ToArray());
        }
    }
}
