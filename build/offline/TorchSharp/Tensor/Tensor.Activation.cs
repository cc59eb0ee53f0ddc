namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor celu() => Operator.Call("celu", "", this);

        public Tensor celu(Scalar alpha) => Operator.Call("celu", "", this, alpha);

        public Tensor celu_() => Operator.CallInPlace("celu_", "", this);

        public Tensor celu_(Scalar alpha) => Operator.CallInPlace("celu_", "", this, alpha);

        public Tensor elu(double alpha = 1) => Operator.Call("elu", "", this, alpha);

        public Tensor elu(Scalar alpha, Scalar scale, Scalar input_scale) => Operator.Call("elu", "", this, alpha, scale, input_scale);

        public Tensor elu_(double alpha = 1) => Operator.CallInPlace("elu_", "", this, alpha);

        public Tensor elu_(Scalar alpha, Scalar scale, Scalar input_scale) =>
            Operator.CallInPlace("elu_", "", this, alpha, scale, input_scale);

        public Tensor gelu() => Operator.Call("gelu", "", this);

        public Tensor gelu_() => Operator.CallInPlace("gelu_", "", this);

        public Tensor glu(long dim = -1) => Operator.Call("glu", "", this, dim);

        public Tensor hardsigmoid() => Operator.Call("hardsigmoid", "", this);

        public Tensor hardsigmoid_() => Operator.CallInPlace("hardsigmoid_", "", this);

        public Tensor hardswish() => Operator.Call("hardswish", "", this);

        public Tensor hardswish_() => Operator.CallInPlace("hardswish_", "", this);

        public Tensor hardtanh(Scalar min, Scalar max) => Operator.Call("hardtanh", "", this, min, max);

        public Tensor hardtanh_(Scalar min, Scalar max) => Operator.CallInPlace("hardtanh_", "", this, min, max);

        public Tensor leaky_relu(Scalar negative_slope) => Operator.Call("leaky_relu", "", this, negative_slope);

        public Tensor leaky_relu_(Scalar negative_slope) => Operator.CallInPlace("leaky_relu_", "", this, negative_slope);

        public Tensor log_sigmoid() => Operator.Call("log_sigmoid", "", this);

        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Operator.Call("log_softmax", "int", this, dim, dtype);

        public Tensor prelu(Tensor target) => Operator.Call("prelu", "", this, target);

        public Tensor relu() => Operator.Call("relu", "", this);

        public Tensor relu6() => Operator.Call("relu6", "", this);

        public Tensor relu6_() => Operator.CallInPlace("relu6_", "", this);

        public Tensor relu_() => Operator.CallInPlace("relu_", "", this);

        public Tensor rrelu(double lower = 0.125, double upper = 1.0 / 3) => Operator.Call("rrelu", "", this, lower, upper);

        public Tensor rrelu_(double lower = 0.125, double upper = 1.0 / 3) => Operator.CallInPlace("rrelu_", "", this, lower, upper);

        public Tensor selu() => Operator.Call("selu", "", this);

        public Tensor selu_() => Operator.CallInPlace("selu_", "", this);

        public Tensor sigmoid() => Operator.Call("sigmoid", "", this);

        public Tensor sigmoid_() => Operator.CallInPlace("sigmoid_", "", this);

        public Tensor silu() => Operator.Call("silu", "", this);

        public Tensor silu_() => Operator.CallInPlace("silu_", "", this);

        public Tensor softmax(long dim, ScalarType? dtype = null) => Operator.Call("softmax", "int", this, dim, dtype);

        public Tensor softplus(double beta = 1, double threshold = 20) => Operator.Call("softplus", "", this, beta, threshold);

        public Tensor threshold(Scalar threshold, Scalar value) => Operator.Call("threshold", "", this, threshold, value);

        public Tensor threshold_(Scalar threshold, Scalar value) => Operator.CallInPlace("threshold_", "", this, threshold, value);
    }
}
