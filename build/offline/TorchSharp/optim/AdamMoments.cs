namespace TorchSharp;

/// <summary>The step that Adam and AdamW share; they differ only in how weight decay enters before it.</summary>
internal static class AdamMoments
{
    internal static void Step(
        torch.Tensor parameter, torch.Tensor direction, torch.Tensor mean, torch.Tensor square, torch.Tensor? largestSquare,
        long step, double rate, double beta1, double beta2, double eps)
    {
        mean.mul_(beta1).add_(direction, 1 - beta1);
        square.mul_(beta2).addcmul_(direction, direction, 1 - beta2);
        if (largestSquare is not null)
        {
            Operator.Run("maximum", "out", largestSquare, square, largestSquare);
        }
        // Both bias corrections are numbers, so the only temporary is the denominator.
        using var denominator = (largestSquare ?? square).sqrt();
        denominator.div_(Math.Sqrt(1 - Math.Pow(beta2, step))).add_(eps);
        parameter.addcdiv_(mean, denominator, -rate / (1 - Math.Pow(beta1, step)));
    }
}
