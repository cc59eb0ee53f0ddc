using Microsoft.ML.Loreal.Tensors;
using TorchSharp;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>
/// Chooses what <see cref="ComputePrecision.Auto"/> is for a backbone on a device, before anything is made of it: no model, file or
/// checkpoint knows Auto.
/// </summary>
internal static class AutoPrecision
{
    /// <summary>
    /// The width of the narrower tower from which on bfloat16 was measured to gain in training and scoring (docs/performance.md).
    /// </summary>
    public const int MinWidth = 192;

    /// <summary>The precision that was asked for, or what is chosen where that is left open.</summary>
    /// <param name="precision">What was asked for.</param>
    /// <param name="config">The backbone's sizes.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="tell">Told what was chosen, and why.</param>
    public static ComputePrecision Resolve(ComputePrecision precision, ClipConfig config, torch.Device device, Action<string> tell)
    {
        if (precision != ComputePrecision.Auto)
        {
            return precision;
        }

        (ComputePrecision chosen, string reason) = Choose(config, device);
        tell($"Precision {ComputePrecision.Auto}: {chosen} ({reason}).");
        return chosen;
    }

    private static (ComputePrecision Precision, string Reason) Choose(ClipConfig config, torch.Device device)
    {
        int width = Math.Min(config.VisionWidth, config.TextWidth);
        if (!NativeProducts.Of(device).BFloat16)
        {
            return (ComputePrecision.Single, $"the device {device} is not known to multiply bfloat16 natively");
        }

        if (width < MinWidth)
        {
            return (ComputePrecision.Single, $"the narrower tower is {width} wide, and bfloat16 gains from {MinWidth} on");
        }

        return PrecisionSupport.Obstacle(ComputePrecision.BFloat16, device) is { } obstacle
            ? (ComputePrecision.Single, obstacle.Reason)
            : (ComputePrecision.BFloat16, $"the device {device} multiplies it natively, and the towers are at least {MinWidth} wide");
    }
}
