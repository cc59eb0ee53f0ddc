using TorchSharp.Modules;

namespace TorchSharp.Modules
{
    public abstract class Convolution : torch.nn.Module<torch.Tensor, torch.Tensor>
    {
        [ComponentName("weight")]
        protected Parameter _weight;

        [ComponentName("bias")]
        protected Parameter? _bias;

        protected Convolution(
            string name, long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, Padding? padding_type,
            long[] dilation, bool transposed, long[] output_padding, long groups, bool bias, PaddingModes padding_mode,
            torch.Device? device = null, torch.ScalarType? dtype = null)
            : base(name)
        {
            if (in_channels % groups != 0)
            {
                throw new ArgumentException("in_channels must be divisible by groups");
            }
            if (out_channels % groups != 0)
            {
                throw new ArgumentException("out_channels must be divisible by groups");
            }
            this.in_channels = in_channels;
            this.out_channels = out_channels;
            this.kernel_size = kernel_size;
            this.stride = stride;
            this.dilation = dilation;
            this.transposed = transposed;
            this.output_padding = output_padding;
            this.groups = groups;
            this.padding_mode = padding_mode;
            this.padding_type = padding_type;
            this.padding = padding ?? new long[kernel_size.Length];
            _weight = new Parameter(torch.empty([out_channels, in_channels / groups, .. kernel_size], dtype, device));
            _bias = bias ? new Parameter(torch.empty([out_channels], dtype, device)) : null;
            RegisterComponents();
            reset_parameters();
        }

        public long in_channels { get; }

        public long out_channels { get; }

        public long[] kernel_size { get; set; }

        public long[] stride { get; set; }

        public long[] padding { get; }

        public Padding? padding_type { get; }

        public long[] dilation { get; set; }

        public bool transposed { get; }

        public long[] output_padding { get; set; }

        public long groups { get; set; }

        public PaddingModes padding_mode { get; set; }

        public Parameter weight
        {
            get => _weight;
            set => ConditionallyRegisterParameter(nameof(weight), _weight = value);
        }

        public Parameter? bias
        {
            get => _bias;
            set => ConditionallyRegisterParameter(nameof(bias), _bias = value);
        }

        public void reset_parameters()
        {
            torch.nn.init.kaiming_uniform_(_weight, Math.Sqrt(5));
            if (_bias is not null)
            {
                var (fanIn, _) = torch.nn.init.CalculateFanInAndFanOut(_weight);
                var bound = 1 / Math.Sqrt(Math.Max(1, fanIn));
                torch.nn.init.uniform_(_bias, -bound, bound);
            }
        }

        // An unbatched input has one dimension fewer.
        protected bool ValidateShape(torch.Tensor input, long dimensions) =>
            input.shape.Length == dimensions + 2 || input.shape.Length == dimensions + 1;

        private protected torch.Tensor Convolve(torch.Tensor input, string convolution)
        {
            if (padding_type == Padding.Same)
            {
                return Operator.Call(convolution, "padding", input, _weight, _bias, stride, "same", dilation, groups);
            }
            if (padding_mode is PaddingModes.Zeros or PaddingModes.Constant)
            {
                return Operator.Call(convolution, "", input, _weight, _bias, stride, padding, dilation, groups);
            }
            // Pads are listed from the last dimension to the first, both sides each.
            var twice = padding.Reverse().SelectMany(p => new[] { p, p }).ToArray();
            using var padded = torch.nn.functional.pad(input, twice, padding_mode);
            return Operator.Call(convolution, "", padded, _weight, _bias, stride, new long[padding.Length], dilation, groups);
        }
    }

    public sealed class Conv1d : Convolution
    {
        internal Conv1d(
            long in_channels, long out_channels, long kernel_size, long stride, long? padding, Padding? padding_type, long dilation,
            PaddingModes padding_mode, long groups, bool bias, torch.Device? device, torch.ScalarType? dtype)
            : base(
                nameof(Conv1d), in_channels, out_channels, [kernel_size], [stride], padding is { } p ? [p] : null, padding_type, [dilation],
                false, [0], groups, bias, padding_mode, device, dtype)
        {
        }

        public override torch.Tensor forward(torch.Tensor input) =>
            ValidateShape(input, 1)
                ? Convolve(input, "conv1d")
                : throw new ArgumentException($"Expected 2D (unbatched) or 3D (batched) input with {in_channels} channels to Conv1d.");
    }

    public sealed class Conv2d : Convolution
    {
        internal Conv2d(
            long in_channels, long out_channels, (long, long) kernel_size, (long, long) stride, (long, long)? padding,
            Padding? padding_type, (long, long) dilation, PaddingModes padding_mode, long groups, bool bias, torch.Device? device,
            torch.ScalarType? dtype)
            : base(
                nameof(Conv2d), in_channels, out_channels, [kernel_size.Item1, kernel_size.Item2], [stride.Item1, stride.Item2],
                padding is { } p ? [p.Item1, p.Item2] : null, padding_type, [dilation.Item1, dilation.Item2], false, [0, 0], groups, bias,
                padding_mode, device, dtype)
        {
        }

        public override torch.Tensor forward(torch.Tensor input) =>
            ValidateShape(input, 2)
                ? Convolve(input, "conv2d")
                : throw new ArgumentException($"Expected 3D (unbatched) or 4D (batched) input with {in_channels} channels to Conv2d.");
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Conv1d Conv1d(
                long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null,
                ScalarType? dtype = null) =>
                new(in_channels, out_channels, kernel_size, stride, padding, null, dilation, padding_mode, groups, bias, device, dtype);

            public static Conv1d Conv1d(
                long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null,
                ScalarType? dtype = null) =>
                new(in_channels, out_channels, kernel_size, stride, null, padding, dilation, padding_mode, groups, bias, device, dtype);

            public static Conv2d Conv2d(
                long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null,
                ScalarType? dtype = null) =>
                new(
                    in_channels, out_channels, (kernel_size, kernel_size), (stride, stride), (padding, padding), null,
                    (dilation, dilation), padding_mode, groups, bias, device, dtype);

            public static Conv2d Conv2d(
                long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null,
                ScalarType? dtype = null) =>
                new(
                    in_channels, out_channels, (kernel_size, kernel_size), (stride, stride), null, padding, (dilation, dilation),
                    padding_mode, groups, bias, device, dtype);

            public static Conv2d Conv2d(
                long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null,
                (long, long)? padding = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros,
                long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(
                    in_channels, out_channels, kernel_size, stride ?? (1, 1), padding ?? (0, 0), null, dilation ?? (1, 1), padding_mode,
                    groups, bias, device, dtype);
        }
    }
}
