using FsCheck;
using FsCheck.Fluent;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Properties;

/// <summary>
/// What holds for the resize of every position embedding: it is linear, keeps constants, and treats rows, columns and both directions
/// alike.
/// </summary>
[TestClass]
public sealed class PositionEmbeddingPropertyTests
{
    private const int Width = 3;

    private static readonly Gen<(int Old, int New, int Seed)> _grids =
        from oldGrid in Gen.Choose(1, 24)
        from newGrid in Gen.Choose(1, 24)
        from seed in Gen.Choose(0, int.MaxValue)
        select (oldGrid, newGrid, seed);

    [TestMethod]
    public void WeightsOfEveryPositionSumToOneAndStayInside() => Property.Holds(Gen.Zip(Gen.Choose(1, 300), Gen.Choose(1, 300)), sizes =>
    {
        (int oldSize, int newSize) = sizes;
        double[] weights = new double[ResampleWeights.MaximumTaps(ResampleFilter.Bicubic, oldSize, newSize)];
        for (int i = 0; i < newSize; i++)
        {
            (int start, int count) = ResampleWeights.Compute(ResampleFilter.Bicubic, oldSize, newSize, i, weights);
            Assert.IsTrue(start >= 0 && count >= 1 && start + count <= oldSize, $"position {i}: {start}, {count}");
            Assert.AreEqual(1, weights.AsSpan(0, count).ToArray().Sum(), 1e-12);
        }
    });

    [TestMethod]
    public void TheSameGridIsTheSameTensor() => Property.Holds(_grids, t =>
    {
        using DisposeScope scope = NewDisposeScope();
        using var embedding = new PositionEmbedding("p", t.Old, Random(t.Old, t.Seed));
        Assert.AreSame(embedding.Weight, embedding.ForGrid(t.Old));
    });

    [TestMethod]
    public void TheClassTokenAndConstantsStay() => Property.Holds(_grids, t =>
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = Random(t.Old, t.Seed);
        using (no_grad())
        {
            weight.narrow(0, 1, (long)t.Old * t.Old).copy_(weight.narrow(0, 1, 1).expand((long)t.Old * t.Old, Width));
        }

        Tensor resized = Resize(weight, t.Old, t.New);
        CollectionAssert.AreEqual(new[] { 1L + (t.New * t.New), Width }, resized.shape);
        Assert.IsTrue(resized.narrow(0, 0, 1).Equals(weight.narrow(0, 0, 1)));
        AssertClose(weight.narrow(0, 1, 1).expand((long)t.New * t.New, Width), resized.narrow(0, 1, (long)t.New * t.New));
    });

    [TestMethod]
    public void ItIsLinear() => Property.Holds(_grids, t =>
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor first = Random(t.Old, t.Seed);
        Tensor second = Random(t.Old, t.Seed ^ 1);
        AssertClose(
            (Resize(first, t.Old, t.New) * 2) - (Resize(second, t.Old, t.New) * 3), Resize((first * 2) - (second * 3), t.Old, t.New));
    });

    [TestMethod]
    public void MirrorsAndTransposesCommuteWithIt() => Property.Holds(_grids, t =>
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = Random(t.Old, t.Seed);
        Tensor resized = Grid(Resize(weight, t.Old, t.New), t.New);
        AssertClose(resized.flip(0), Grid(Resize(Flat(weight, Grid(weight, t.Old).flip(0)), t.Old, t.New), t.New));
        AssertClose(resized.flip(1), Grid(Resize(Flat(weight, Grid(weight, t.Old).flip(1)), t.Old, t.New), t.New));
        AssertClose(resized.transpose(0, 1), Grid(Resize(Flat(weight, Grid(weight, t.Old).transpose(0, 1)), t.Old, t.New), t.New));
    });

    private static Tensor Random(int grid, int seed) => RandomTensors.Normal(new Random(seed), 1, CPU, 1 + (grid * grid), Width);

    private static Tensor Resize(Tensor weight, int oldGrid, int newGrid)
    {
        using var embedding = new PositionEmbedding("p", oldGrid, weight.clone().DetachFromDisposeScope());
        return embedding.ForGrid(newGrid).clone();
    }

    // [1 + g * g, W] -> [g, g, W]
    private static Tensor Grid(Tensor weight, int grid) => weight.narrow(0, 1, (long)grid * grid).reshape(grid, grid, Width);

    // [g, g, W] -> [1 + g * g, W]
    private static Tensor Flat(Tensor weight, Tensor grid) => cat([weight.narrow(0, 0, 1), grid.reshape(-1, Width)], 0);

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        CollectionAssert.AreEqual(expected.shape, actual.shape);
        double difference = (expected - actual).abs().max().ToSingle();
        Assert.IsLessThan(1e-4, difference);
    }
}
