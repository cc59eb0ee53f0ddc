using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            protected internal virtual Module _to(Device device, ScalarType dtype, bool non_blocking)
            {
                _toEpilog(dtype, device, non_blocking);
                return this;
            }

            protected internal virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
            {
                _toEpilog(null, new Device(deviceType, deviceIndex), non_blocking);
                return this;
            }

            protected internal virtual Module _to(ScalarType dtype, bool non_blocking)
            {
                _toEpilog(dtype, null, non_blocking);
                return this;
            }

            public Module _to(Tensor other, bool non_blocking) => _to(other.device, other.dtype, non_blocking);

            // Parameters that have to change are replaced by new ones, as in the real package: an optimizer made before keeps the old ones.
            protected virtual void _toEpilog(ScalarType? dtype, Device? device, bool non_blocking)
            {
                foreach (var (_, child) in named_children())
                {
                    child._toEpilog(dtype, device, non_blocking);
                }
                var replaced = new Dictionary<Tensor, Tensor>(ReferenceEqualityComparer.Instance);
                foreach (var (key, parameter) in _internal_params.ToArray())
                {
                    if (ReplaceParameter(dtype, device, parameter, out var result))
                    {
                        replaced[parameter] = result;
                        _internal_params[key] = result;
                    }
                }
                foreach (var (key, (buffer, persistent)) in _internal_buffers.ToArray())
                {
                    if (ReplaceBuffer(dtype, device, buffer, out var result))
                    {
                        replaced[buffer] = result;
                        _internal_buffers[key] = (result, persistent);
                    }
                }
                if (replaced.Count > 0)
                {
                    foreach (var (field, _) in ComponentFields())
                    {
                        if (field.GetValue(this) is Tensor tensor && replaced.TryGetValue(tensor, out var result))
                        {
                            field.SetValue(this, result);
                        }
                    }
                }
                if (device is not null)
                {
                    _deviceType = device.type;
                    _deviceIndex = device.index;
                }
            }

            protected static bool ReplaceParameter(ScalarType? dtype, Device? device, Parameter param, out Parameter p)
            {
                var type = dtype is { } wanted && (param.is_floating_point() || param.is_complex()) ? wanted : param.dtype;
                if (!Differs(param, type, device))
                {
                    p = param;
                    return false;
                }
                using var _ = no_grad();
                p = new Parameter(param.to(type, device ?? param.device), param.requires_grad);
                return true;
            }

            protected static bool ReplaceBuffer(ScalarType? dtype, Device? device, Tensor buffer, out Tensor result)
            {
                // Integer buffers, such as a count of batches, keep their type.
                var type = dtype is { } wanted && (buffer.is_floating_point() || buffer.is_complex()) ? wanted : buffer.dtype;
                if (!Differs(buffer, type, device))
                {
                    result = buffer;
                    return false;
                }
                using var _ = no_grad();
                result = buffer.to(type, device ?? buffer.device);
                return true;
            }

            private static bool Differs(Tensor tensor, ScalarType dtype, Device? device) =>
                tensor.dtype != dtype
                || (device is not null && (tensor.device_type != device.type || (device.index >= 0 && tensor.device_index != device.index)));
        }
    }
}
