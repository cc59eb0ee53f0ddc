using Microsoft.ML.Loreal.Tests.Training;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>What docs/methods.md promises: one file makes a method that trains and scores, alone and with LOREAL.</summary>
[TestClass]
public sealed class AddedMethodTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void TrainsAndScores(bool attributes)
    {
        LorealTrainer.Options options = TrainingRun.Options(attributes);
        options.Method = new ShiftMethod();
        var metrics = new List<TrainingMetrics>();
        using LorealModel model = TrainingRun.Fit(options, onEpoch: metrics.Add);
        CollectionAssert.AreEqual(attributes ? new[] { 1, 2, 3 } : [2], metrics.Select(m => m.Stage).Distinct().ToArray());
        foreach (IGrouping<int, TrainingMetrics> stage in metrics.GroupBy(m => m.Stage))
        {
            Assert.IsLessThan(stage.First().Loss, stage.Last().Loss, $"stage {stage.Key}");
        }

        using LorealModel others = model.WithClasses(["yellow heart", "moon"]);
        Assert.AreEqual(1, TrainingRun.Score(others, 1).Sum(), 1e-5f);
    }

    [TestMethod]
    public void IsNotReadWithoutItsRegistration()
    {
        LorealTrainer.Options options = TrainingRun.Options(attributes: false);
        options.Method = new ShiftMethod();
        options.BaseStage!.Epochs = 1;
        using LorealModel model = TrainingRun.Fit(options);
        FormatException error = Assert.ThrowsExactly<FormatException>(() => TrainingRun.Load(TrainingRun.Save(model)));
        StringAssert.Contains(error.Message, "\"Shift\"");
    }

    [TestMethod]
    public void IsTheMethodThatTheDocumentationShows()
    {
        string[] source = File.ReadAllLines(Repository.At("test", "Microsoft.ML.Loreal.Tests", "Prompts", "ShiftMethod.cs"));
        string[] shown = File.ReadAllLines(Repository.At("docs", "methods.md"));
        CollectionAssert.AreEqual(
            source.SkipWhile(line => !IsFirst(line)).ToArray(),
            shown.SkipWhile(line => !IsFirst(line)).TakeWhile(line => line != "```").ToArray());

        static bool IsFirst(string line) => line.StartsWith("internal sealed class ShiftMethod", StringComparison.Ordinal);
    }
}
