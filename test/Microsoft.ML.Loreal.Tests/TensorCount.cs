using TorchSharp;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>TorchSharp's count of living tensors.</summary>
internal static class TensorCount
{
    /// <summary>
    /// How many more tensors live after some work than before it, once the garbage collector has freed what nobody holds.
    /// </summary>
    public static long Growth(Action work)
    {
        long before = Settled();
        work();
        return Settled() - before;
    }

    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }
}
