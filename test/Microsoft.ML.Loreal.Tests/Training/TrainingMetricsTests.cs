namespace Microsoft.ML.Loreal.Tests.Training;

[TestClass]
public sealed class TrainingMetricsTests
{
    [TestMethod]
    public void EqualNumbersAreEqualMetrics()
    {
        TrainingMetrics metrics = Metrics(0.5, 2);

        Assert.AreEqual(metrics, Metrics(0.5, 2));
        Assert.AreEqual(metrics.GetHashCode(), Metrics(0.5, 2).GetHashCode());
        Assert.AreNotEqual(metrics, Metrics(0.5, 3));
        Assert.AreNotEqual(metrics, Metrics(0.4, 2));
        Assert.AreNotEqual(metrics, metrics with { Losses = new Dictionary<string, double>() });
        Assert.AreNotEqual(metrics, metrics with { ValidationLoss = 1 });
    }

    [TestMethod]
    public void TextTellsTheLosses()
    {
        string text = Metrics(0.5, 2).ToString();

        StringAssert.Contains(text, "Losses = [cross-entropy 0.5, bridge distillation 2]", StringComparison.Ordinal);
        StringAssert.Contains(text, "Epoch = 3, Epochs = 4", StringComparison.Ordinal);
    }

    [TestMethod]
    public void PropertiesAreViewsOfTheLosses()
    {
        TrainingMetrics metrics = Metrics(0.5, 2);

        Assert.AreEqual(
            (0.5, 0, 0, 2),
            (metrics.CrossEntropy, metrics.HighLevelDistillation, metrics.LowLevelDistillation, metrics.BridgeDistillation));
    }

    private static TrainingMetrics Metrics(double crossEntropy, double bridge)
    {
        var losses = new Dictionary<string, double>
        {
            [TrainingLosses.CrossEntropy] = crossEntropy,
            [TrainingLosses.BridgeDistillation] = bridge,
        };
        return new TrainingMetrics(1, 3, 4, 2.5, losses, 0.75, 0.002, null, null, TimeSpan.FromSeconds(1));
    }
}
