namespace Microsoft.ML.Loreal.Tests.Robustness;

/// <summary>
/// Feeds damaged input to a reader, a bounded number of times from one seed: each must end in a documented error or a right answer, without
/// a huge allocation.
/// </summary>
internal static class MutationLoop
{
    // Far above what the small valid inputs need, far below what a forged size would ask for.
    private const long MostAllocatedBytes = 48L << 20;

    /// <param name="test">Where the figures go.</param>
    /// <param name="what">The kind of input.</param>
    /// <param name="mutants">How many are tried.</param>
    /// <param name="attempt">Makes one mutant, reads it and checks the answer.</param>
    /// <param name="isDocumented">Whether an error is one that the reader's documentation names.</param>
    public static void Run(TestContext test, string what, int mutants, Action<Random> attempt, Func<Exception, bool> isDocumented)
    {
        var random = new Random(20261122);
        int refused = 0;
        long largest = 0;
        for (int i = 0; i < mutants; i++)
        {
            long before = GC.GetTotalAllocatedBytes();
            try
            {
                attempt(random);
            }
            catch (Exception error) when (error is not UnitTestAssertException)
            {
                Assert.IsTrue(isDocumented(error), $"{what}, mutant {i}: {error}");
                Assert.IsFalse(string.IsNullOrWhiteSpace(error.Message), $"{what}, mutant {i}: {error.GetType()} without a message");
                refused++;
            }

            largest = Math.Max(largest, GC.GetTotalAllocatedBytes() - before);
        }

        test.WriteLine(
            $"{what}: {mutants} mutants, {refused} refused, {mutants - refused} read; the most allocated for one: {largest >> 10} KB.");
        Assert.IsGreaterThan(0, refused, what);
        Assert.IsLessThan(MostAllocatedBytes, largest, what);
    }
}
