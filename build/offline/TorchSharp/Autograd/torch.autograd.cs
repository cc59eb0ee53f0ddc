namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        public static unsafe IList<Tensor> grad(
            IList<Tensor> outputs,
            IList<Tensor> inputs,
            IList<Tensor>? grad_outputs = null,
            bool retain_graph = false,
            bool create_graph = false,
            bool allow_unused = false)
        {
            nint[] outputHandles = Handles(outputs);
            nint[] inputHandles = Handles(inputs);
            nint[] gradHandles = Handles(grad_outputs);
            NativeResult* first;
            int found;
            fixed (nint* o = outputHandles, i = inputHandles, g = gradHandles)
            {
                NativeRuntime.Check(NativeMethods.lt_gradients(
                    o, outputHandles.Length, i, inputHandles.Length, g, gradHandles.Length, retain_graph ? 1 : 0, create_graph ? 1 : 0,
                    allow_unused ? 1 : 0, &first, &found));
            }
            GC.KeepAlive(outputs);
            GC.KeepAlive(inputs);
            GC.KeepAlive(grad_outputs);
            return Operator.TakeAll(new ReadOnlySpan<NativeResult>(first, found));
        }

        public static unsafe void backward(
            IList<Tensor> tensors,
            IList<Tensor>? grad_tensors = null,
            bool? retain_graph = null,
            bool create_graph = false,
            IList<Tensor>? inputs = null)
        {
            nint[] tensorHandles = Handles(tensors);
            nint[] gradHandles = Handles(grad_tensors);
            nint[] inputHandles = Handles(inputs);
            int retain = retain_graph is bool keep ? (keep ? 1 : 0) : -1;
            fixed (nint* t = tensorHandles, g = gradHandles, i = inputHandles)
            {
                NativeRuntime.Check(NativeMethods.lt_backward(
                    t, tensorHandles.Length, g, gradHandles.Length, retain, create_graph ? 1 : 0, i, inputHandles.Length));
            }
            GC.KeepAlive(tensors);
            GC.KeepAlive(grad_tensors);
            GC.KeepAlive(inputs);
        }

        public static void backward(
            Tensor tensor,
            IList<Tensor>? grad_tensors = null,
            bool? retain_graph = null,
            bool create_graph = false,
            IList<Tensor>? inputs = null) => backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(
            Tensor tensor,
            Tensor grad_tensor,
            bool? retain_graph = null,
            bool create_graph = false,
            IList<Tensor>? inputs = null) => backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        private static nint[] Handles(IList<Tensor>? tensors) => tensors is null ? [] : [.. tensors.Select(tensor => tensor.Handle)];
    }
}
