namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public bool requires_grad
        {
            get => NativeMethods.lt_requires_grad(Handle) != 0;
            set => NativeRuntime.Check(NativeMethods.lt_set_requires_grad(Handle, value ? 1 : 0));
        }

        public bool is_leaf => NativeMethods.lt_is_leaf(Handle) != 0;

        public Tensor? grad
        {
            get
            {
                NativeRuntime.Check(NativeMethods.lt_grad(Handle, out nint gradient));
                return gradient == 0 ? null : new Tensor(gradient);
            }

            set
            {
                NativeRuntime.Check(NativeMethods.lt_set_grad(Handle, value is null ? 0 : value.Handle));
                GC.KeepAlive(value);
            }
        }

        public Tensor requires_grad_(bool requires_grad = true) => with_requires_grad(requires_grad);

        public Tensor with_requires_grad(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public void retain_grad() => Operator.Run("retain_grad", "", this);

        public void backward() => autograd.backward([this]);

        public void backward(
            IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);

        public Tensor detach() => Operator.Call("detach", "", this);

        public Tensor detach_() => Operator.CallInPlace("detach_", "", this);

        /// <summary>Makes this tensor share the other one's data, whatever its shape, type and device; autograd does not see it.</summary>
        internal void SetData(Tensor data)
        {
            NativeRuntime.Check(NativeMethods.lt_set_data(Handle, data.Handle));
            GC.KeepAlive(data);
        }
    }
}
