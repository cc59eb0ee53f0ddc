using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>The data that describes a changed tower, and what it makes of a sequence.</summary>
[TestClass]
public sealed class TowerEditsTests
{
    [TestMethod]
    [DataRow(1, false, new float[] { 0, 8, 9, 1, 2 }, new float[] { 0, 6, 7, 1, 2 })]
    [DataRow(0, true, new float[] { 0, 1, 2, 8, 9 }, new float[] { 0, 1, 2, 6, 7 })]
    [DataRow(1, true, new float[] { 0, 1, 8, 9, 2 }, new float[] { 0, 1, 6, 7, 2 })]
    public void InsertedTokensAreReplacedWhereTheyStand(int position, bool fromEnd, float[] inserted, float[] replaced)
    {
        using DisposeScope scope = NewDisposeScope();
        var edits = TowerEdits.Insert(2, new Index(position, fromEnd), [Sequence(8, 9)[0], Sequence(6, 7)[0]]);
        Tensor sequence = Sequence(0, 1, 2);
        Assert.AreSame(sequence, edits.Before(1, sequence));
        Tensor first = edits.Before(2, sequence);
        CollectionAssert.AreEqual(inserted, first.data<float>().ToArray());
        CollectionAssert.AreEqual(replaced, edits.Before(3, first).data<float>().ToArray());
        CollectionAssert.AreEquivalent(new[] { 2, 3 }, edits.Tokens.Keys.ToArray());
        Assert.AreEqual((0L, 2L), (edits.Tokens[2].Replaced, edits.Tokens[3].Replaced));
    }

    [TestMethod]
    public void WithoutEditsNothingIsComputed()
    {
        using Tensor sequence = Sequence(0, 1, 2);
        Assert.IsTrue(TowerEdits.None.IsEmpty);
        Assert.IsTrue(TowerEdits.Replace(1, 1, []).IsEmpty);
        Assert.AreSame(sequence, TowerEdits.None.Enter(sequence));
        Assert.AreSame(sequence, TowerEdits.None.Before(0, sequence));
        Assert.IsNull(TowerEdits.None.Beside(0));
    }

    /// <summary>[1, T, 1].</summary>
    private static Tensor Sequence(params float[] values) => tensor(values, [1, values.Length, 1]);
}
