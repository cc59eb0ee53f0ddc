using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tensors;

/// <summary>
/// How large a batch may be in one pass: what a pass keeps for its gradients stays below 1 GB on a processor and 4 GB on a GPU. Larger
/// batches are done in parts.
/// </summary>
internal static class GraphMemory
{
    // In single precision. A processor gains nothing from larger parts; a GPU does.
    private const long ElementsOnCpu = 1L << 28;
    private const long ElementsOnGpu = 1L << 30;

    /// <summary>How many numbers a pass may keep.</summary>
    public static long MaxElements(Device device) => device.type == DeviceType.CPU ? ElementsOnCpu : ElementsOnGpu;

    /// <summary>The most images in one pass.</summary>
    /// <param name="elementsPerImage">Roughly how many numbers the pass keeps for each image.</param>
    /// <param name="device">Where it is computed.</param>
    public static int Images(long elementsPerImage, Device device) =>
        (int)Math.Clamp(MaxElements(device) / Math.Max(elementsPerImage, 1), 1, int.MaxValue);
}
