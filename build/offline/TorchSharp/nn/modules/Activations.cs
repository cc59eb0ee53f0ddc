namespace TorchSharp.Modules
{
    public sealed class ReLU : ParameterLessModule<torch.Tensor, torch.Tensor>
    {
        internal ReLU(bool inplace)
            : base(nameof(ReLU))
        {
            this.inplace = inplace;
        }

        public bool inplace { get; set; }

        public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.relu(tensor, inplace);
    }

    public sealed class SiLU : ParameterLessModule<torch.Tensor, torch.Tensor>
    {
        internal SiLU(bool inplace)
            : base(nameof(SiLU))
        {
            this.inplace = inplace;
        }

        public bool inplace { get; set; }

        public override string GetName() => nameof(SiLU);

        public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.silu(tensor, inplace);
    }

    public sealed class GELU : ParameterLessModule<torch.Tensor, torch.Tensor>
    {
        internal GELU(bool inplace)
            : base(nameof(GELU))
        {
            this.inplace = inplace;
        }

        public bool inplace { get; set; }

        public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.gelu(tensor, inplace);
    }

    public sealed class Sigmoid : ParameterLessModule<torch.Tensor, torch.Tensor>
    {
        internal Sigmoid(bool inplace)
            : base(nameof(Sigmoid))
        {
            this.inplace = inplace;
        }

        public bool inplace { get; set; }

        public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.sigmoid(tensor, inplace);
    }

    public sealed class Identity : ParameterLessModule<torch.Tensor, torch.Tensor>
    {
        internal Identity()
            : base(nameof(Identity))
        {
        }

        public override torch.Tensor forward(torch.Tensor tensor) => tensor.alias();
    }

    public sealed class Flatten : ParameterLessModule<torch.Tensor, torch.Tensor>
    {
        internal Flatten(long start_dim, long end_dim)
            : base(nameof(Flatten))
        {
            this.start_dim = start_dim;
            this.end_dim = end_dim;
        }

        public long start_dim { get; set; }

        public long end_dim { get; set; }

        public override torch.Tensor forward(torch.Tensor input) => input.flatten(start_dim, end_dim);
    }

    public sealed class Dropout : ParameterLessModule<torch.Tensor, torch.Tensor>
    {
        internal Dropout(double p, bool inplace)
            : base(nameof(Dropout))
        {
            this.p = p;
            this.inplace = inplace;
        }

        public double p { get; set; }

        public bool inplace { get; set; }

        public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.dropout(tensor, p, training, inplace);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.ReLU ReLU(bool inplace = false) => new(inplace);

            public static Modules.SiLU SiLU() => new(false);

            public static Modules.SiLU SiLU(bool inplace) => new(inplace);

            public static Modules.GELU GELU() => new(false);

            public static Modules.GELU GELU(bool inplace) => new(inplace);

            public static Modules.Sigmoid Sigmoid() => new(false);

            public static Modules.Sigmoid Sigmoid(bool inplace) => new(inplace);

            public static Modules.Identity Identity() => new();

            public static Modules.Flatten Flatten(long start_dim = 1, long end_dim = -1) => new(start_dim, end_dim);

            public static Modules.Dropout Dropout(double p = 0.5, bool inplace = false) => new(p, inplace);
        }
    }
}
