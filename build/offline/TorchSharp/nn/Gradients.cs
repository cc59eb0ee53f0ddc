namespace TorchSharp;

internal static class Gradients
{
    internal static void Clear(torch.Tensor parameter, bool setToNone)
    {
        using var gradient = parameter.grad;
        if (gradient is null)
        {
            return;
        }
        if (setToNone)
        {
            parameter.grad = null!;
            return;
        }
        using var _ = torch.no_grad();
        gradient.zero_();
    }
}
