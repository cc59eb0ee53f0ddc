using TorchSharp.Modules;

namespace TorchSharp.Modules
{
    public sealed class Embedding : torch.nn.Module<torch.Tensor, torch.Tensor>
    {
        [ComponentName("weight")]
        private Parameter _weight;

        private readonly long _paddingIndex;
        private readonly double? _maxNorm;
        private readonly double _normType;
        private readonly bool _scaleByFrequency;
        private readonly bool _sparse;

        internal Embedding(Parameter weight, long? paddingIndex, double? maxNorm, double normType, bool scaleByFrequency, bool sparse)
            : base(nameof(Embedding))
        {
            _weight = weight;
            _paddingIndex = paddingIndex ?? -1;
            _maxNorm = maxNorm;
            _normType = normType;
            _scaleByFrequency = scaleByFrequency;
            _sparse = sparse;
            RegisterComponents();
        }

        public Parameter? weight
        {
            get => _weight;
            set => ConditionallyRegisterParameter(nameof(weight), _weight = value!);
        }

        public override torch.Tensor forward(torch.Tensor input)
        {
            if (_maxNorm is { } limit)
            {
                using var _ = torch.no_grad();
                Operator.CallInPlace("embedding_renorm_", "", _weight, input, limit, _normType);
            }
            return Operator.Call("embedding", "", _weight, input, _paddingIndex, _scaleByFrequency, _sparse);
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Embedding Embedding(
                long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null, double norm_type = 2,
                bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
            {
                var weight = new Parameter(empty([num_embeddings, embedding_dims], dtype, device));
                init.normal_(weight);
                if (padding_idx is { } index)
                {
                    using var _ = no_grad();
                    using var row = weight.select(0, index);
                    row.zero_();
                }
                return new Embedding(weight, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse);
            }

            public static Embedding Embedding_from_pretrained(
                Tensor embeddings, bool freeze = true, long? padding_idx = null, double? max_norm = null, double norm_type = 2,
                bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
            {
                // A parameter takes its tensor over; the caller keeps the one that was given.
                var copy = embeddings.to(dtype ?? embeddings.dtype, device ?? embeddings.device).alias();
                return new Embedding(new Parameter(copy, !freeze), padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse);
            }
        }
    }
}
