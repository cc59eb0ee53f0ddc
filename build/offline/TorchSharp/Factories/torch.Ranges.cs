namespace TorchSharp;

public static partial class torch
{
    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(
        Scalar start,
        Scalar stop,
        Scalar step,
        ScalarType? dtype = null,
        Device? device = null,
        bool requires_grad = false) =>
        Created(
            Operator.Call("arange", "start_step", start, stop, step, dtype, Argument.None, InitializeDevice(device)), requires_grad);

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    public static Tensor eye(
        long rows,
        long columns = -1,
        ScalarType? dtype = null,
        Device? device = null,
        bool requires_grad = false,
        string[]? names = null) =>
        Created(
            Operator.Call("eye", "m", rows, columns == -1 ? rows : columns, dtype, Argument.None, InitializeDevice(device)), requires_grad, names);

    public static Tensor linspace(
        double start,
        double end,
        long steps,
        ScalarType? dtype = null,
        Device? device = null,
        bool requires_grad = false) =>
        Created(Operator.Call("linspace", "", start, end, steps, dtype, Argument.None, InitializeDevice(device)), requires_grad);

    public static Tensor logspace(
        double start,
        double end,
        long steps,
        double @base = 10,
        ScalarType? dtype = null,
        Device? device = null,
        bool requires_grad = false) =>
        Created(
            Operator.Call("logspace", "", start, end, steps, @base, dtype, Argument.None, InitializeDevice(device)), requires_grad);
}
