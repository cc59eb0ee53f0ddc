namespace Microsoft.ML.Loreal.TestKit;

/// <summary>Threads of their own, where the thread pool would start some of them late.</summary>
internal static class ParallelThreads
{
    /// <summary>Runs an action on so many threads, which are told their index, and waits for all of them.</summary>
    public static void Run(int count, Action<int> action)
    {
        Thread[] threads = [.. Enumerable.Range(0, count).Select(index => new Thread(() => action(index)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
    }
}
