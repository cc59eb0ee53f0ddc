namespace Microsoft.ML.Loreal.Tests;

[TestClass]
public sealed class WithClassesTests
{
    [TestMethod]
    public void PermutedNamesGiveTheSameScoresByName()
    {
        IDataView data = Trained.Prepared(new MLContext(1));
        string[] permuted = ["blue", "red", "green"];
        using LorealTransformer other = Trained.Loreal.WithClasses(permuted);
        CollectionAssert.AreEqual(permuted, other.ClassNames.ToArray());
        List<float[]> expected = Rows.Scores(Trained.Loreal.Transform(data));
        List<float[]> actual = Rows.Scores(other.Transform(data));
        for (int row = 0; row < expected.Count; row++)
        {
            for (int i = 0; i < permuted.Length; i++)
            {
                Assert.AreEqual(expected[row][Array.IndexOf(Pictures.ClassNames, permuted[i])], actual[row][i], 1e-5f);
            }
        }
    }

    [TestMethod]
    public void NewClassesAreScoredAndNamed()
    {
        IDataView data = Trained.Prepared(new MLContext(1));
        using LorealTransformer other = Trained.Loreal.WithClasses(["cat", "dog", "house", "tree"]);
        IDataView scored = other.Transform(data);
        Assert.IsTrue(Rows.Scores(scored).All(scores => scores.Length == 4 && Math.Abs(scores.Sum() - 1) < 1e-5));
        Assert.IsTrue(Rows.Read<uint>(scored, "PredictedLabel").All(label => label is >= 1 and <= 4));
    }

    [TestMethod]
    public void EachTransformerIsDisposedOnItsOwn()
    {
        IDataView data = Trained.Prepared(new MLContext(1));
        LorealTransformer first = Trained.Loreal.WithClasses(["cat", "dog"]);
        LorealTransformer second = first.WithClasses(["house", "tree"]);
        List<float[]> expected = Rows.Scores(second.Transform(data));
        first.Dispose();
        Rows.AssertIdentical(expected, Rows.Scores(second.Transform(data)));
        Assert.ThrowsExactly<ObjectDisposedException>(() => first.WithClasses(["a", "b"]));
        second.Dispose();
        Assert.IsNotEmpty(Rows.Scores(Trained.Loreal.Transform(data)));
    }

    [TestMethod]
    public void UnusableNamesAreRefused()
    {
        Assert.ThrowsExactly<ArgumentNullException>(() => Trained.Loreal.WithClasses(null!));
        Assert.ThrowsExactly<ArgumentException>(() => Trained.Loreal.WithClasses(["one"]));
        Assert.ThrowsExactly<ArgumentException>(() => Trained.Loreal.WithClasses(["one", " "]));
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Trained.Loreal.WithClasses(["a cat", "A_Cat"])).Message, "A_Cat");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Trained.Loreal.WithClasses(["cat", new string('x', 100)])).Message, "xxx");
    }
}
