using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>The comparisons of the reference numbers' README.</summary>
internal static class LearningCheck
{
    private const double ForwardTolerance = 1e-4;
    private const double GradientTolerance = 1e-3;

    /// <summary>The largest difference against the largest expected value.</summary>
    public static void Forward(Tensor expected, Tensor actual, string what) => Relative(expected, actual, ForwardTolerance, what);

    public static void Forward(double expected, double actual, string what) =>
        Assert.IsLessThanOrEqualTo(
            ForwardTolerance * Math.Abs(expected), Math.Abs(expected - actual), $"{what}: expected {expected}, found {actual}");

    public static void Gradient(Tensor expected, Tensor actual, string what) => Relative(expected, actual, GradientTolerance, what);

    /// <summary>After some steps the change is compared, not the value, which hardly moves.</summary>
    public static void Change(Tensor start, Tensor expected, Tensor actual, string what)
    {
        using DisposeScope scope = NewDisposeScope();
        CollectionAssert.AreEqual(expected.shape, actual.shape, what);
        Tensor change = expected - start;
        double allowed = 1e-3 * Largest(change) + 3e-7 * Largest(start);
        Assert.IsGreaterThan(0, Largest(change), $"{what}: the reference does not change");
        Assert.IsLessThanOrEqualTo(allowed, Largest(actual - start - change), $"{what}: the change differs by more than {allowed}");
    }

    private static void Relative(Tensor expected, Tensor actual, double tolerance, string what)
    {
        using DisposeScope scope = NewDisposeScope();
        CollectionAssert.AreEqual(expected.shape, actual.shape, what);
        double error = Largest(expected - actual.detach()) / Largest(expected);
        Assert.IsLessThanOrEqualTo(tolerance, error, $"{what}: relative error {error}");
    }

    private static double Largest(Tensor values) => values.detach().abs().max().item<float>();
}
