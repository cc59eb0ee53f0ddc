namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
            {
                if (mode is PaddingModes.Zeros or PaddingModes.Constant)
                {
                    return Operator.Call("constant_pad_nd", "", input, pad, mode == PaddingModes.Zeros ? 0.0 : value);
                }
                var name = mode switch
                {
                    PaddingModes.Reflect => "reflect",
                    PaddingModes.Replicate => "replicate",
                    _ => "circular",
                };
                return Operator.Call("pad", "", input, pad, name);
            }

            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, pad.ToArray(), mode, value);

            public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, new[] { pad.Item1, pad.Item2 }, mode, value);

            public static Tensor pad(
                Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, new[] { pad.Item1, pad.Item2, pad.Item3, pad.Item4 }, mode, value);

            public static Tensor pad(Tensor input, long pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, new[] { pad, pad }, mode, value);

            public static Tensor avg_pool2d(
                Tensor input, long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false,
                bool count_include_pad = true, long? divisor_override = null) =>
                Operator.Call(
                    "avg_pool2d", "", input, kernel_size, stride ?? [], padding ?? [0], ceil_mode, count_include_pad, divisor_override);

            public static Tensor avg_pool2d(
                Tensor input, long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false,
                bool count_include_pad = true, long? divisor_override = null) =>
                avg_pool2d(
                    input, [kernel_size], stride is { } s ? new[] { s } : null, [padding], ceil_mode, count_include_pad, divisor_override);

            public static Tensor avg_pool2d(
                Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, bool ceil_mode = false,
                bool count_include_pad = true, long? divisor_override = null) =>
                avg_pool2d(
                    input, Pair(kernel_size)!, Pair(stride), Pair(padding), ceil_mode, count_include_pad, divisor_override);

            public static Tensor max_pool2d(
                Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null,
                bool ceil_mode = false) =>
                Operator.Call("max_pool2d", "", input, kernel_size, strides ?? [], padding ?? [0], dilation ?? [1], ceil_mode);

            public static Tensor max_pool2d(
                Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
                max_pool2d(
                    input, [kernel_size], stride is { } s ? new[] { s } : null, [padding ?? 0], [dilation ?? 1], ceil_mode);

            public static Tensor max_pool2d(
                Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null,
                (long, long)? dilation = null, bool ceil_mode = false) =>
                max_pool2d(input, Pair(kernel_size)!, Pair(stride), Pair(padding), Pair(dilation), ceil_mode);

            public static Tensor unfold(Tensor input, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                unfold(input, (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

            public static Tensor unfold(
                Tensor input, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null,
                (long, long)? stride = null) =>
                Operator.Call("im2col", "", input, Pair(kernel_size), Pair(dilation ?? (1, 1)), Pair(padding ?? (0, 0)), Pair(stride ?? (1, 1)));

            public static Tensor interpolate(
                Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest,
                bool? align_corners = null, bool recompute_scale_factor = false, bool antialias = false)
            {
                var dimensions = x.shape.Length - 2;
                if (dimensions is < 1 or > 3)
                {
                    throw new ArgumentException($"interpolate takes 3D, 4D and 5D tensors, not one of {dimensions + 2} dimensions.", nameof(x));
                }
                if (size is null == scale_factor is null)
                {
                    throw new ArgumentException("exactly one of size and scale_factor has to be given");
                }
                if (antialias && (dimensions != 2 || mode is not (InterpolationMode.Bilinear or InterpolationMode.Bicubic)))
                {
                    throw new ArgumentException("antialias takes a 4D tensor and the mode Bilinear or Bicubic", nameof(antialias));
                }
                size = Spread(size, dimensions);
                // The package ends the process.
                if (scale_factor is not null && scale_factor.Length != dimensions)
                {
                    throw new ArgumentException($"scale_factor has {scale_factor.Length} values for {dimensions} dimensions", nameof(scale_factor));
                }

                if (scale_factor is not null && recompute_scale_factor)
                {
                    size = scale_factor.Select((scale, i) => (long)Math.Floor(x.shape[i + 2] * scale)).ToArray();
                    scale_factor = null;
                }
                if (mode == InterpolationMode.Area)
                {
                    size ??= scale_factor!.Select((scale, i) => (long)Math.Floor(x.shape[i + 2] * scale)).ToArray();
                    return Operator.Call($"adaptive_avg_pool{dimensions}d", "", x, size);
                }
                var name = (mode, dimensions) switch
                {
                    (InterpolationMode.Nearest, _) => $"upsample_nearest{dimensions}d",
                    (InterpolationMode.NearestExact, _) => $"_upsample_nearest_exact{dimensions}d",
                    (InterpolationMode.Linear, 1) => "upsample_linear1d",
                    (InterpolationMode.Bilinear, 2) => antialias ? "_upsample_bilinear2d_aa" : "upsample_bilinear2d",
                    (InterpolationMode.Bicubic, 2) => antialias ? "_upsample_bicubic2d_aa" : "upsample_bicubic2d",
                    (InterpolationMode.Trilinear, 3) => "upsample_trilinear3d",
                    _ => throw new ArgumentException($"mode {mode} does not take a tensor of {dimensions + 2} dimensions", nameof(mode)),
                };
                if (mode is not (InterpolationMode.Nearest or InterpolationMode.NearestExact))
                {
                    return Operator.Call(name, "vec", x, size, align_corners ?? false, scale_factor);
                }
                return align_corners is null
                    ? Operator.Call(name, "vec", x, size, scale_factor)
                    : throw new ArgumentException("align_corners can only be set with the interpolating modes", nameof(align_corners));
            }

            private static T[]? Spread<T>(T[]? values, int dimensions) =>
                values is { Length: 1 } ? Enumerable.Repeat(values[0], dimensions).ToArray() : values;

            private static long[]? Pair((long, long)? pair) => pair is { } p ? [p.Item1, p.Item2] : null;
        }
    }
}
