namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor relu(Tensor x, bool inplace = false) =>
                inplace ? Operator.CallInPlace("relu_", "", x) : Operator.Call("relu", "", x);

            public static Tensor gelu(Tensor x) => gelu(x, false);

            public static Tensor gelu(Tensor x, bool inplace) =>
                inplace ? Operator.CallInPlace("gelu_", "", x) : Operator.Call("gelu", "", x);

            public static Tensor silu(Tensor x, bool inplace = false) =>
                inplace ? Operator.CallInPlace("silu_", "", x) : Operator.Call("silu", "", x);

            public static Tensor sigmoid(Tensor x) => sigmoid(x, false);

            public static Tensor sigmoid(Tensor x, bool inplace) =>
                inplace ? Operator.CallInPlace("sigmoid_", "", x) : Operator.Call("sigmoid", "", x);

            public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) =>
                Operator.Call("softplus", "", x, beta, threshold);

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) =>
                Operator.Call("softmax", "int", input, dim, dtype);

            public static Tensor log_softmax(Tensor x, long dim) => Operator.Call("log_softmax", "int", x, dim);

            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                inplace ? Operator.CallInPlace("dropout_", "", input, p, training) : Operator.Call("dropout", "", input, p, training);
        }
    }
}
