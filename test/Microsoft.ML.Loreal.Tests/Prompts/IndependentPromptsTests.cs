using Microsoft.ML.Loreal.Tests.Training;

namespace Microsoft.ML.Loreal.Tests.Prompts;

[TestClass]
public sealed class IndependentPromptsTests
{
    [TestMethod]
    public void SettingsThatCannotBeAreRefused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PromptMethod.IndependentPrompts(textTokens: 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PromptMethod.IndependentPrompts(imageTokens: 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PromptMethod.IndependentPrompts(textDepth: 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PromptMethod.IndependentPrompts(imageDepth: 0));
        Assert.ThrowsExactly<ArgumentException>(() => PromptMethod.IndependentPrompts(initialText: " "));
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TrainingRun.Fit(Options(attributes: false, imageDepth: 3))).Message,
            "between 1 and 2");
        LorealTrainer.Options options = Options(attributes: false);
        options.Method = PromptMethod.IndependentPrompts(textTokens: 90, textDepth: 2, imageDepth: 2);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => TrainingRun.Fit(options)).Message, "90");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void ItLearnsAndItsModelsSurviveSaving(bool attributes)
    {
        var losses = new List<(int Stage, double Loss)>();
        using LorealModel model = TrainingRun.Fit(Options(attributes), onEpoch: metrics => losses.Add((metrics.Stage, metrics.Loss)));
        var own = losses.Where(epoch => epoch.Stage == 2).ToList();
        Assert.IsLessThan(own[0].Loss, own[^1].Loss);
        using LorealModel loaded = TrainingRun.Load(TrainingRun.Save(model));
        CollectionAssert.AreEqual(TrainingRun.Score(model), TrainingRun.Score(loaded));

        using LorealModel others = model.WithClasses(["moon", "heart"]);
        using LorealModel back = others.WithClasses(TrainingRun.Names);
        CollectionAssert.AreEqual(TrainingRun.Score(model), TrainingRun.Score(back));
    }

    private static LorealTrainer.Options Options(bool attributes, int imageDepth = 2)
    {
        LorealTrainer.Options options = TrainingRun.Options(attributes);
        options.Method = PromptMethod.IndependentPrompts(textTokens: 3, imageTokens: 2, textDepth: 2, imageDepth: imageDepth);
        return options;
    }
}
