using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static class utils
        {
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2)
            {
                using var scope = NewDisposeScope();
                using var _ = no_grad();
                var gradients = tensors.Select(p => p.grad).Where(g => g is not null).ToArray();
                if (gradients.Length == 0)
                {
                    return 0;
                }
                var norms = Operator.CallMany("_foreach_norm", "Scalar", gradients!, norm_type);
                var total = Operator.Call("norm", "Scalar", stack(norms), norm_type).ToDouble();
                var scale = max_norm / (total + 1e-6);
                if (scale < 1)
                {
                    foreach (var gradient in gradients)
                    {
                        gradient!.mul_(scale);
                    }
                }
                return total;
            }

            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using var _ = no_grad();
                foreach (var parameter in tensors)
                {
                    using var gradient = parameter.grad;
                    gradient?.clamp_(-clip_value, clip_value);
                }
            }
        }
    }
}
