using System.Diagnostics;
using TorchSharp;

namespace Microsoft.ML.Loreal.Tests.Offline;

/// <summary>Native memory belongs to someone: disposed at once, by a scope, or by the collector, from any number of threads.</summary>
[TestClass]
public sealed class TorchSharpStressTests
{
    private const int Threads = 4;
    private const int TensorsPerThread = 250_000;
    private const int Elements = 1024;

    // A million tensors of 4 KB would be 4 GB, a third of them 1.4 GB. The allocator keeps what the collector was late for.
    private const long Slack = 1_000_000_000;

    [TestMethod]
    public void AMillionTensorsOnFourThreadsLeaveMemoryFlat()
    {
        ChurnOnThreads();
        long bytes = ResidentBytes();
        long tensors = torch.Tensor.TotalCount;

        ChurnOnThreads();

        Assert.IsLessThan(Slack, ResidentBytes() - bytes, "Bytes that stay after a million tensors of 4 KB.");
        Assert.IsLessThanOrEqualTo(tensors, torch.Tensor.TotalCount, "Tensors that stay.");
    }

    private static void ChurnOnThreads()
    {
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() => Churn(TensorsPerThread))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }

    // A third disposed by hand, a third by a scope, a third left to the collector.
    private static void Churn(int count)
    {
        for (int i = 0; i < count / 300; i++)
        {
            for (int j = 0; j < 100; j++)
            {
                using torch.Tensor byHand = torch.empty(Elements);
            }

            using (torch.NewDisposeScope())
            {
                for (int j = 0; j < 100; j++)
                {
                    torch.empty(Elements);
                }
            }

            for (int j = 0; j < 100; j++)
            {
                torch.empty(Elements);
            }
        }
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
