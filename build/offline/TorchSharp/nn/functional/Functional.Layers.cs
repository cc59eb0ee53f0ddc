namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            private static readonly Lazy<bool> s_attentionIsPublic = new(() => Operator.Exists("scaled_dot_product_attention", ""));

            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) =>
                Operator.Call("linear", "", input, weights, bias);

            public static Tensor conv2d(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null,
                long groups = 1) =>
                Operator.Call("conv2d", "", input, weight, bias, strides ?? [1, 1], padding ?? [0, 0], dilation ?? [1, 1], groups);

            public static Tensor layer_norm(
                Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-05) =>
                Operator.Call("layer_norm", "", input, normalized_shape, weight, bias, eps);

            public static Tensor batch_norm(
                Tensor input, Tensor running_mean, Tensor running_var, Tensor? weight = null, Tensor? bias = null, bool training = false,
                double momentum = 0.1, double eps = 1e-05) =>
                Operator.Call("batch_norm", "", input, weight, bias, running_mean, running_var, training, momentum, eps, true);

            public static Tensor one_hot(Tensor x, long num_classes = -1) => Operator.Call("one_hot", "", x, num_classes);

            public static Tensor normalize(Tensor input, double p = 2, long dim = 1, double eps = 1e-12)
            {
                using var norm = Operator.Call("norm", "ScalarOpt_dim", input, p, new[] { dim }, true);
                using var divisor = Operator.Call("clamp_min", "", norm, eps);
                return input / divisor;
            }

            public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1e-08) =>
                Operator.Call("cosine_similarity", "", x1, x2, dim, eps);

            // libtorch before 2.0 has the operator under a private name, answers the weights too and takes one more flag.
            public static Tensor scaled_dot_product_attention(
                Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0, bool is_casual = false)
            {
                if (is_casual && attn_mask is not null)
                {
                    throw new ArgumentException("Casual attention mask cannot be set when is_causal is true.");
                }
                if (s_attentionIsPublic.Value)
                {
                    return Operator.Call("scaled_dot_product_attention", "", query, key, value, attn_mask, p, is_casual);
                }
                var results = Operator.CallMany("_scaled_dot_product_attention", "", query, key, value, attn_mask, p, false, is_casual);
                for (var i = 1; i < results.Length; i++)
                {
                    results[i]?.Dispose();
                }
                return results[0];
            }
        }
    }
}
