namespace Microsoft.ML.Loreal.Training.Features;

/// <summary>Work that worker threads do ahead of one consumer, which gets the results in order.</summary>
internal static class OrderedWork
{
    // Enough to keep the processors busy, few enough to bound the memory of the results that wait.
    private static readonly int _ahead = Math.Clamp(Environment.ProcessorCount, 2, 8);

    /// <summary>Runs <paramref name="work"/> for 0..count-1, a few results ahead of the consumer.</summary>
    /// <remarks>
    /// When the consumer stops early or the work fails, what was started is waited for, so that no work runs on afterwards.
    /// </remarks>
    public static IEnumerable<T[]> Run<T>(int count, Func<int, T[]> work, CancellationToken cancel)
        where T : IDisposable
    {
        var pending = new Queue<Task<T[]>>();
        try
        {
            int next = 0;
            for (int taken = 0; taken < count; taken++)
            {
                for (; next < count && pending.Count < _ahead; next++)
                {
                    int index = next;
                    pending.Enqueue(Task.Run(() => work(index), cancel));
                }

                // Failed work stays in the queue until the finally below has seen it.
                T[] result = pending.Peek().GetAwaiter().GetResult();
                pending.Dequeue();
                yield return result;
            }
        }
        finally
        {
            foreach (Task<T[]> task in pending)
            {
                try
                {
                    foreach (T unused in task.GetAwaiter().GetResult())
                    {
                        unused.Dispose();
                    }
                }
                catch (Exception)
                {
                    // The first failure is on its way to the caller already; those of work further ahead add nothing.
                }
            }
        }
    }
}
