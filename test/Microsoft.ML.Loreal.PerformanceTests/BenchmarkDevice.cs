using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>
/// Where the benchmarks compute: on the first GPU, as the product does, or on the processor where there is none or CUDA_VISIBLE_DEVICES
/// hides them.
/// </summary>
internal static class BenchmarkDevice
{
    public static Device Current { get; } = cuda.is_available() ? new Device(DeviceType.CUDA, 0) : CPU;

    public static bool IsGpu => Current.type == DeviceType.CUDA;

    /// <summary>What a figure must be quoted with.</summary>
    public static string Description { get; } = IsGpu
        ? $"computing on {Name()}, TF32 {(backends.cuda.matmul.allow_tf32 ? "on" : "off")} for products "
            + $"and {(backends.cudnn.allow_tf32 ? "on" : "off")} in cuDNN"
        : "computing on the processor";

    /// <summary>The precisions that it can compute in.</summary>
    public static IReadOnlyList<ComputePrecision> Precisions { get; } =
        [.. PrecisionSupport.Concrete.Where(precision => PrecisionSupport.OrSingle(precision, Current, null) == precision)];

    /// <summary>Waits until everything that was asked for is done: a GPU is only asked.</summary>
    public static void Synchronize()
    {
        if (IsGpu)
        {
            cuda.synchronize();
        }
    }

    /// <summary>The driver names its GPUs in files.</summary>
    private static string Name() => Directory.Exists("/proc/driver/nvidia/gpus")
        ? Directory.EnumerateFiles("/proc/driver/nvidia/gpus", "information", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines)
            .FirstOrDefault(line => line.StartsWith("Model:", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "a GPU"
        : "a GPU";
}
