using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Loreal.Images;

/// <summary>Work on many images at once.</summary>
internal static class ParallelImages
{
    /// <summary>Does the work for each number, on several threads.</summary>
    /// <param name="numbers">Which images.</param>
    /// <param name="workers">The most threads.</param>
    /// <param name="cancel">Looked at before every image.</param>
    /// <param name="work">
    /// The work. What it throws is thrown as it is: the number of processors must not change what has to be caught.
    /// </param>
    public static void ForEach(IEnumerable<int> numbers, int workers, CancellationToken cancel, Action<int> work)
    {
        try
        {
            Parallel.ForEach(numbers, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancel }, work);
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
    }
}
