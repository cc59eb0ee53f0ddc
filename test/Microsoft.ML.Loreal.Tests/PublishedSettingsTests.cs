using System.Text.Json.Nodes;

namespace Microsoft.ML.Loreal.Tests;

[TestClass]
public sealed class PublishedSettingsTests
{
    [TestMethod]
    public void StagesAreThePublishedOnes()
    {
        Stage(PublishedSettings.CoOp, PromptOptimizer.Sgd, 0.002, 50, 32, 1, 0.08f);
        Stage(PublishedSettings.MaPLe, PromptOptimizer.Sgd, 0.0035, 5, 4, 1, 0.08f);
        Stage(PublishedSettings.MaPLeCrossDataset, PromptOptimizer.Sgd, 0.0026, 2, 4, 1, 0.08f);
        Stage(PublishedSettings.MaPLeForLoreal, PromptOptimizer.Sgd, 0.005, 20, 32, 1, 0.08f);
        Stage(PublishedSettings.Mma(), PromptOptimizer.Sgd, 0.0015, 5, 16, 0, 0.08f);
        Stage(PublishedSettings.Mma(PublishedDataSet.ImageNet), PromptOptimizer.Sgd, 0.0015, 5, 128, 0, 0.08f);
        Stage(PublishedSettings.Mmrl(), PromptOptimizer.AdamW, 0.001, 10, 4, 1, 0.5f);
        Stage(PublishedSettings.Mmrl(PublishedDataSet.Dtd), PromptOptimizer.AdamW, 0.001, 10, 4, 1, 0.5f);
        Stage(PublishedSettings.Mmrl(PublishedDataSet.ImageNet), PromptOptimizer.AdamW, 0.001, 5, 32, 1, 0.5f);
        Stage(PublishedSettings.MmrlFewShot(PublishedDataSet.Dtd), PromptOptimizer.AdamW, 0.001, 50, 32, 1, 0.5f);
        Stage(PublishedSettings.MmrlCrossDataset, PromptOptimizer.AdamW, 0.001, 1, 32, 0, 0.5f);
        Stage(PublishedSettings.MmrlForLoreal(PublishedDataSet.Dtd), PromptOptimizer.AdamW, 0.001, 5, 4, 1, 0.5f);

        static void Stage(PublishedSettings settings, PromptOptimizer optimizer, double rate, int epochs, int batch, int warmup, float crop)
        {
            TrainingStageOptions stage = settings.BaseStage;
            Assert.AreEqual(
                (optimizer, rate, epochs, batch, warmup, crop),
                (stage.Optimizer, stage.LearningRate, stage.Epochs, stage.BatchSize, stage.WarmupEpochs, settings.MinimumCropArea));
            Assert.AreEqual((5e-4, 1e-5), (stage.WeightDecay, stage.WarmupLearningRate));
        }
    }

    [TestMethod]
    [DataRow(PublishedDataSet.ImageNet, 0.5, "a photo of a {}.", 512)]
    [DataRow(PublishedDataSet.Caltech101, 0.5, "a photo of a {}.", 512)]
    [DataRow(PublishedDataSet.OxfordPets, 0.2, "a photo of a {}, a type of pet.", 512)]
    [DataRow(PublishedDataSet.StanfordCars, 7, "a photo of a {}.", 512)]
    [DataRow(PublishedDataSet.Flowers102, 4, "a photo of a {}, a type of flower.", 512)]
    [DataRow(PublishedDataSet.Food101, 5, "a photo of {}, a type of food.", 512)]
    [DataRow(PublishedDataSet.FgvcAircraft, 6, "a photo of a {}, a type of aircraft.", 512)]
    [DataRow(PublishedDataSet.Sun397, 6, "a photo of a {}.", 512)]
    [DataRow(PublishedDataSet.Dtd, 6, "{} texture.", 512)]
    [DataRow(PublishedDataSet.EuroSat, 0.01, "a centered satellite photo of {}.", 2048)]
    [DataRow(PublishedDataSet.Ucf101, 3, "a photo of a person doing {}.", 512)]
    public void MmrlHasTheSettingsOfTheDataSet(PublishedDataSet dataSet, double regularization, string template, int width)
    {
        PublishedSettings[] all =
            [PublishedSettings.Mmrl(dataSet), PublishedSettings.MmrlFewShot(dataSet), PublishedSettings.MmrlForLoreal(dataSet)];
        foreach (PublishedSettings settings in all)
        {
            JsonObject written = settings.Method.Describe();
            Assert.AreEqual(regularization, (double)written["regularization"]!, 1e-6);
            Assert.AreEqual(template, (string?)written["template"]);
            Assert.AreEqual(width, (int)written["representationWidth"]!);
        }
    }

    [TestMethod]
    public void MethodsAreThePublishedOnes()
    {
        Assert.AreEqual(16, (int)PublishedSettings.CoOp.Method.Describe()["contextTokens"]!);
        Assert.AreEqual(2, (int)PublishedSettings.MaPLe.Method.Describe()["contextTokens"]!);
        Assert.AreEqual(3, (int)PublishedSettings.MaPLeCrossDataset.Method.Describe()["depth"]!);
        Assert.AreEqual("a photo of a {}.", (string?)PublishedSettings.Mma().Method.Describe()["template"]);
        Assert.AreEqual(0.2, (double)PublishedSettings.MmrlCrossDataset.Method.Describe()["regularization"]!, 1e-6);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PublishedSettings.Mmrl((PublishedDataSet)99));
    }

    [TestMethod]
    public void OptionsTakeThemOver()
    {
        var published = PublishedSettings.Mmrl(PublishedDataSet.EuroSat);
        LorealTrainer.Options options = new LorealTrainer.Options { LowResolution = 96, MinimumCropArea = 0.3f }.Use(published);
        Assert.AreSame(published.Method, options.Method);
        Assert.AreSame(published.BaseStage, options.BaseStage);
        Assert.AreEqual(published.MinimumCropArea, options.MinimumCropArea);
        Assert.AreEqual(96, options.LowResolution);
        Assert.ThrowsExactly<ArgumentNullException>(() => options.Use(null!));

        options.BaseStage!.Epochs = 1;
        Assert.AreNotEqual(1, PublishedSettings.Mmrl(PublishedDataSet.EuroSat).BaseStage.Epochs);
    }
}
