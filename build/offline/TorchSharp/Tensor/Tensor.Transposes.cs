namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor T => Operator.Call("numpy_T", "", this);

        public Tensor H => Operator.Call("matrix_H", "", this);

        public Tensor mT => Operator.Call("mT", "", this);

        public Tensor mH => Operator.Call("mH", "", this);

        public Tensor real => is_complex() ? Operator.Call("real", "", this) : alias();

        public Tensor imag => Operator.Call("imag", "", this);
    }
}
