using TorchSharp.Modules;

namespace TorchSharp.Modules
{
    public abstract class NormBase : torch.nn.Module<torch.Tensor, torch.Tensor>
    {
        // Not private: a module sees the fields of its base classes only if they are visible to it.
        [ComponentName("weight")]
        private protected Parameter? _weight;

        [ComponentName("bias")]
        private protected Parameter? _bias;

        [ComponentName("running_mean")]
        private protected torch.Tensor? _mean;

        [ComponentName("running_var")]
        private protected torch.Tensor? _variance;

        [ComponentName("num_batches_tracked")]
        private protected torch.Tensor? _batches;

        public NormBase(
            long num_features, double eps, double? momentum, bool affine, bool track_running_stats, torch.Device? device,
            torch.ScalarType? dtype, string name)
            : base(name)
        {
            this.num_features = num_features;
            this.eps = eps;
            this.momentum = momentum;
            this.affine = affine;
            this.track_running_stats = track_running_stats;
            if (affine)
            {
                weight = new Parameter(torch.ones([num_features], dtype, device));
                bias = new Parameter(torch.zeros([num_features], dtype, device));
            }
            if (track_running_stats)
            {
                running_mean = torch.zeros([num_features], dtype, device);
                running_var = torch.ones([num_features], dtype, device);
                num_batches_tracked = torch.zeros([], torch.ScalarType.Int64, device);
            }
        }

        public long num_features { get; }

        public double eps { get; set; }

        public double? momentum { get; set; }

        public bool affine { get; }

        public bool track_running_stats { get; }

        public Parameter? weight
        {
            get => _weight;
            set => ConditionallyRegisterParameter(nameof(weight), _weight = value);
        }

        public Parameter? bias
        {
            get => _bias;
            set => ConditionallyRegisterParameter(nameof(bias), _bias = value);
        }

        public torch.Tensor? running_mean
        {
            get => _mean;
            set => ConditionallyRegisterBuffer(nameof(running_mean), _mean = value);
        }

        public torch.Tensor? running_var
        {
            get => _variance;
            set => ConditionallyRegisterBuffer(nameof(running_var), _variance = value);
        }

        public torch.Tensor? num_batches_tracked
        {
            get => _batches;
            set => ConditionallyRegisterBuffer(nameof(num_batches_tracked), _batches = value);
        }

        public void reset_running_stats()
        {
            if (track_running_stats)
            {
                torch.nn.init.zeros_(_mean!);
                torch.nn.init.ones_(_variance!);
                torch.nn.init.zeros_(_batches!);
            }
        }

        public void reset_parameters()
        {
            reset_running_stats();
            if (affine)
            {
                torch.nn.init.ones_(_weight!);
                torch.nn.init.zeros_(_bias!);
            }
        }

        protected abstract void ValidateInputDimensions(torch.Tensor input);
    }

    public abstract class BatchNorm : NormBase
    {
        public BatchNorm(
            long num_features, double eps, double momentum, bool affine, bool track_running_stats, torch.Device? device,
            torch.ScalarType? dtype, string name)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, name)
        {
        }

        public override torch.Tensor forward(torch.Tensor input)
        {
            ValidateInputDimensions(input);
            if (training && num_batches_tracked is not null)
            {
                using var _ = torch.no_grad();
                num_batches_tracked.add_(1);
            }
            return torch.nn.functional.batch_norm(
                input, running_mean!, running_var!, weight, bias, training || running_mean is null, momentum ?? 0.1, eps);
        }
    }

    public sealed class BatchNorm1d : BatchNorm
    {
        internal BatchNorm1d(
            long num_features, double eps, double momentum, bool affine, bool track_running_stats, torch.Device? device,
            torch.ScalarType? dtype)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(BatchNorm1d))
        {
        }

        protected override void ValidateInputDimensions(torch.Tensor input)
        {
            if (input.shape.Length is not (2 or 3))
            {
                throw new ArgumentException($"expected 2D or 3D input, but got {input.shape.Length}D input.");
            }
        }
    }

    public sealed class BatchNorm2d : BatchNorm
    {
        internal BatchNorm2d(
            long num_features, double eps, double momentum, bool affine, bool track_running_stats, torch.Device? device,
            torch.ScalarType? dtype)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(BatchNorm2d))
        {
        }

        protected override void ValidateInputDimensions(torch.Tensor input)
        {
            if (input.shape.Length != 4)
            {
                throw new ArgumentException($"expected 4D input, but got {input.shape.Length}D input.");
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
            public static BatchNorm1d BatchNorm1d(
                long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true,
                Device? device = null, ScalarType? dtype = null) =>
                new(num_features, eps, momentum, affine, track_running_stats, device, dtype);

            public static BatchNorm2d BatchNorm2d(
                long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true,
                Device? device = null, ScalarType? dtype = null) =>
                new(num_features, eps, momentum, affine, track_running_stats, device, dtype);
        }
    }
}
