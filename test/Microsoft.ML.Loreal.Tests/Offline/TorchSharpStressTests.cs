using System.Diagnostics;
using TorchSharp;

namespace Microsoft.ML.Loreal.Tests.Offline;

/// <summary>Native memory belongs to someone: disposed at once, by a scope, or by the collector, from any number of threads.</summary>
[TestClass]
public sealed class TorchSharpStressTests
{
    private const int Threads = 4;
    private const int TensorsPerThread = 250_000;
    private const int Elements = 1024; // 4 KB each: a million of them leaked would be 4 GB
    private const long Slack = 400_000_000;

    [TestMethod]
    public void AMillionTensorsOnFourThreadsLeaveMemoryFlat()
    {
        Churn(TensorsPerThread / 10);
        long before = ResidentBytes();

        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() => Churn(TensorsPerThread))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.IsLessThan(Slack, ResidentBytes() - before, "Bytes that stay after a million tensors of 4 KB.");
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
