using Microsoft.ML.Loreal.Tests.Distillation;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>What docs/adding-a-method.md promises: one file makes a method that trains and scores, alone and with LOREAL.</summary>
[TestClass]
public sealed class AddedMethodTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void TrainsAndScores(bool attributes)
    {
        var options = TrainingRun.Options(attributes);
        options.Method = new ShiftMethod();
        var metrics = new List<TrainingMetrics>();
        using var model = TrainingRun.Fit(options, onEpoch: metrics.Add);
        CollectionAssert.AreEqual(attributes ? new[] { 1, 2, 3 } : [2], metrics.Select(m => m.Stage).Distinct().ToArray());
        foreach (var stage in metrics.GroupBy(m => m.Stage))
        {
            Assert.IsLessThan(stage.First().Loss, stage.Last().Loss, $"stage {stage.Key}");
        }

        using var others = model.WithClasses(["yellow heart", "moon"]);
        Assert.AreEqual(1, TrainingRun.Score(others, 1).Sum(), 1e-5f);
    }

    [TestMethod]
    public void IsNotReadWithoutItsRegistration()
    {
        var options = TrainingRun.Options(attributes: false);
        options.Method = new ShiftMethod();
        options.BaseStage!.Epochs = 1;
        using var model = TrainingRun.Fit(options);
        var error = Assert.ThrowsExactly<FormatException>(() => TrainingRun.Load(TrainingRun.Save(model)));
        StringAssert.Contains(error.Message, "\"Shift\"");
    }
}
