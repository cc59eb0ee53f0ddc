using System.Reflection;
using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module : IDisposable
        {
            protected OrderedDict<string, Module> _internal_submodules = new();
            protected OrderedDict<string, (Tensor, bool)> _internal_buffers = new();
            protected OrderedDict<string, Parameter> _internal_params = new();
            protected string name;
            protected DeviceType _deviceType = DeviceType.CPU;
            protected int _deviceIndex = -1;
            private bool _training = true;
            private bool _disposed;
            private bool _registered;

            protected Module(string name)
            {
                this.name = name;
            }

            public virtual bool training => _training;

            internal bool IsDisposed => _disposed;

            public virtual string GetName() => name;

            public virtual void train(bool train = true)
            {
                _training = train;
                foreach (var (_, child) in named_children())
                {
                    child.train(train);
                }
            }

            public virtual void eval() => train(false);

            public virtual Module apply(Action<Module> fn)
            {
                foreach (var (_, child) in _internal_submodules)
                {
                    child.apply(fn);
                }
                fn(this);
                return this;
            }

            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var (_, parameter) in named_parameters())
                {
                    Gradients.Clear(parameter, set_to_none);
                }
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing || _disposed)
                {
                    return;
                }
                _disposed = true;
                foreach (var (_, buffer) in named_buffers(false).ToArray())
                {
                    buffer.Dispose();
                }
                foreach (var (_, parameter) in named_parameters(false).ToArray())
                {
                    parameter.Dispose();
                }
                foreach (var (_, child) in named_children().ToArray())
                {
                    child.Dispose();
                }
            }

            // Only the fields that the class itself can see take part, so a base class's private fields have to be registered by name.
            private IEnumerable<(FieldInfo field, string name)> ComponentFields() =>
                GetType()
                    .GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
                    .Select(field => (field, field.GetCustomAttribute<ComponentNameAttribute>()?.Name ?? field.Name));

            protected static (Device device, ScalarType dtype) GetDefaultDeviceAndType(Device? device = null, ScalarType? dtype = null) =>
                (device ?? CPU, dtype ?? get_default_dtype());
        }
    }
}
