using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
                foreach (var (key, parameter) in _internal_params)
                {
                    if (seen.Add(parameter))
                    {
                        yield return (key, parameter);
                    }
                }
                if (!recurse)
                {
                    yield break;
                }
                foreach (var (prefix, child) in named_children())
                {
                    foreach (var (key, parameter) in child.named_parameters(true))
                    {
                        if (seen.Add(parameter))
                        {
                            yield return ($"{prefix}.{key}", parameter);
                        }
                    }
                }
            }

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(p => p.parameter);

            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
                foreach (var (key, (buffer, persistent)) in _internal_buffers)
                {
                    if ((persistent || include_nonpersistent) && seen.Add(buffer))
                    {
                        yield return (key, buffer);
                    }
                }
                if (!recurse)
                {
                    yield break;
                }
                foreach (var (prefix, child) in named_children())
                {
                    foreach (var (key, buffer) in child.named_buffers(true, include_nonpersistent))
                    {
                        if (seen.Add(buffer))
                        {
                            yield return ($"{prefix}.{key}", buffer);
                        }
                    }
                }
            }

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) =>
                named_buffers(recurse, include_nonpersistent).Select(b => b.buffer);

            public virtual IEnumerable<(string name, Module module)> named_children()
            {
                foreach (var (key, child) in _internal_submodules)
                {
                    yield return (key, child);
                }
            }

            public virtual IEnumerable<Module> children() => named_children().Select(c => c.module);

            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var child in named_children())
                {
                    yield return child;
                }
                foreach (var (prefix, child) in named_children())
                {
                    foreach (var (key, module) in child.named_modules())
                    {
                        yield return ($"{prefix}.{key}", module);
                    }
                }
            }

            public virtual IEnumerable<Module> modules() => named_modules().Select(m => m.module);

            public virtual bool has_parameter(string target) =>
                _internal_params.ContainsKey(target) || InChild(target, (child, rest) => child.has_parameter(rest));

            public virtual Parameter? get_parameter(string target) =>
                _internal_params.TryGetValue(target, out var parameter)
                    ? parameter
                    : InChild(target, (child, rest) => child.get_parameter(rest));

            public virtual bool has_buffer(string target) =>
                _internal_buffers.ContainsKey(target) || InChild(target, (child, rest) => child.has_buffer(rest));

            public virtual Tensor? get_buffer(string target)
            {
                ArgumentNullException.ThrowIfNull(target);
                return _internal_buffers.TryGetValue(target, out var entry)
                    ? entry.Item1
                    : InChild(target, (child, rest) => child.get_buffer(rest));
            }

            private T? InChild<T>(string target, Func<Module, string, T?> find)
            {
                var dot = target.IndexOf('.');
                if (dot < 0)
                {
                    return default;
                }
                var first = target[..dot];
                foreach (var (key, child) in named_children())
                {
                    if (key == first)
                    {
                        return find(child, target[(dot + 1)..]);
                    }
                }
                return default;
            }

            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                if (tensor is null || tensor.IsInvalid)
                {
                    throw new ArgumentNullException(nameof(tensor), "A null tensor cannot be registered as a buffer.");
                }
                if (_internal_buffers.ContainsKey(name))
                {
                    throw new InvalidOperationException($"Tensor {name} is already registered.");
                }
                _internal_buffers.Add(name, (tensor, persistent));
            }

            public virtual void register_parameter(string name, Parameter param)
            {
                if (param is null || param.IsInvalid)
                {
                    throw new ArgumentNullException(nameof(param), "A null tensor cannot be registered as a parameter.");
                }
                if (_internal_params.ContainsKey(name))
                {
                    throw new InvalidOperationException($"Parameter {name} is already registered.");
                }
                _internal_params.Add(name, param);
            }

            public void add_module(string name, Module module) => register_module(name, module);

            public virtual void register_module(string name, Module submodule)
            {
                if (submodule is null || submodule.IsDisposed)
                {
                    _internal_submodules.Remove(name);
                    return;
                }
                if (string.IsNullOrEmpty(name))
                {
                    throw new ArgumentException("module name can't be empty string \"\"");
                }
                if (name.Contains('.'))
                {
                    throw new ArgumentException($"module name can't contain \".\", got: {name}");
                }
                if (_internal_submodules.ContainsKey(name))
                {
                    throw new InvalidOperationException($"Sub-module {name} is already registered.");
                }
                submodule.RegisterComponents();
                _internal_submodules.Add(name, submodule);
            }

            protected void ConditionallyRegisterParameter(string name, Tensor? value) =>
                ConditionallyRegisterParameter(name, value as Parameter ?? (value is null ? null : new Parameter(value)));

            protected void ConditionallyRegisterParameter(string name, Parameter? value)
            {
                if (value is null)
                {
                    _internal_params.Remove(name);
                }
                else
                {
                    _internal_params[name] = value;
                }
            }

            protected void ConditionallyRegisterBuffer(string name, Tensor? value, bool persistent = true)
            {
                if (value is null)
                {
                    _internal_buffers.Remove(name);
                }
                else
                {
                    _internal_buffers[name] = (value, persistent);
                }
            }

            protected virtual void RegisterComponents()
            {
                if (_registered)
                {
                    return;
                }
                foreach (var (field, key) in ComponentFields())
                {
                    if (_internal_submodules.ContainsKey(key) || _internal_params.ContainsKey(key) || _internal_buffers.ContainsKey(key))
                    {
                        continue;
                    }
                    switch (field.GetValue(this))
                    {
                        case Module module:
                            register_module(key, module);
                            break;
                        case Parameter parameter:
                            register_parameter(key, parameter);
                            break;
                        case Tensor tensor:
                            register_buffer(key, tensor);
                            break;
                    }
                }
                _registered = true;
            }

            protected void ClearModules() => _internal_submodules.Clear();
        }
    }
}
