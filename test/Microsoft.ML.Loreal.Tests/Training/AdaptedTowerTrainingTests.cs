using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Training;

/// <summary>The methods whose image features learn too, alone and with attributes: trained, saved, and scored for other classes.</summary>
[TestClass]
public sealed class AdaptedTowerTrainingTests
{
    private static readonly string[] _others = ["yellow heart", "moon", "small_cross"];

    [TestMethod]
    [DataRow("MMA", false)]
    [DataRow("MMRL", false)]
    [DataRow("MMA", true)]
    [DataRow("MMRL", true)]
    [DataRow("MaPLe", false)]
    [DataRow("MaPLe", true)]
    [DataRow("IndependentPrompts", true)]
    public void TrainsSavesAndScoresOtherClasses(string method, bool attributes)
    {
        var metrics = new List<TrainingMetrics>();
        using LorealModel model = TrainingRun.Fit(Options(method, attributes), onEpoch: metrics.Add);
        foreach (IGrouping<int, TrainingMetrics> stage in metrics.GroupBy(m => m.Stage))
        {
            Assert.IsLessThan(stage.First().Loss, stage.Last().Loss, $"stage {stage.Key}");
        }

        CollectionAssert.AreEqual(attributes ? new[] { 1, 2, 3 } : [2], metrics.Select(m => m.Stage).Distinct().ToArray());
        SameAfterReload(model);
        using LorealModel others = model.WithClasses(_others);
        SameAfterReload(others);
        using LorealModel back = others.WithClasses(TrainingRun.Names);
        CollectionAssert.AreEqual(TrainingRun.Score(model), TrainingRun.Score(back));

        static void SameAfterReload(LorealModel model)
        {
            Dictionary<string, byte[]> files = TrainingRun.Save(model);
            using LorealModel loaded = TrainingRun.Load(files);
            CollectionAssert.AreEqual(TrainingRun.Score(model), TrainingRun.Score(loaded));
            foreach ((string name, byte[]? content) in TrainingRun.Save(loaded))
            {
                CollectionAssert.AreEqual(files[name], content, name);
            }
        }
    }

    [TestMethod]
    public void TrainedClassesAreScoredWithBothFeaturesAndOthersWithOne()
    {
        const int Images = 5;
        using LorealModel model = TrainingRun.Fit(Options("MMRL", attributes: false));
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using ClipModel clip = model.Backbone.CreateModel(CPU);
        Tensor pixels = TrainingRun.Pixels(Images, model.Resolution);
        Check(TrainingRun.Names, 0.7f);
        Check([.. TrainingRun.Names.Reverse().Skip(1)], 0.7f);
        Check([.. TrainingRun.Names, "moon"], 1);
        Check(_others, 1);

        void Check(string[] names, float balance)
        {
            using LorealModel named = model.WithClasses(names);
            using var tensors = SafetensorsFile.Read(new MemoryStream(TrainingRun.Save(named)[LorealModel.TensorFile]), "the model");
            var description = LorealModelDescription.Read(new MemoryStream(TrainingRun.Save(named)[LorealModel.DescriptionFile]));
            using PromptLearner learner = description.Method.CreateLearner(
                clip, new TokenizerVocabulary(model.Backbone.Tokenizer), names, 0, new Random(0));
            learner.Load(name => tensors.ReadTensor($"beta.{name}", ScalarType.Float32));
            Tensor features = learner.Encode(pixels);
            int joint = clip.Config.EmbedDimension;
            Tensor text = Classifier.Normalize(learner.TextFeatures(null)).squeeze(0).transpose(0, 1);
            Tensor logits = features.narrow(1, 0, joint).matmul(text) * 100 * balance
                + features.narrow(1, joint, joint).matmul(text) * 100 * (1 - balance);
            float[] expected = logits.softmax(1).data<float>().ToArray();
            float[] actual = TrainingRun.Score(named, Images);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.AreEqual(expected[i], actual[i], 1e-5f, string.Join(", ", names));
            }
        }
    }

    [TestMethod]
    [DataRow("MMA")]
    [DataRow("MMRL")]
    [DataRow("MaPLe")]
    public void EarlierStandardStudentTakesThePlaceOfItsStage(string method)
    {
        using LorealModel whole = TrainingRun.Fit(Options(method, attributes: true));
        var stages = new List<int>();
        using LorealModel again = TrainingRun.Fit(
            Options(method, attributes: true), onEpoch: m => stages.Add(m.Stage), standardStudent: whole);
        CollectionAssert.DoesNotContain(stages, 1);
        CollectionAssert.AreEqual(TrainingRun.Score(whole), TrainingRun.Score(again));
    }

    [TestMethod]
    public void EarlierStandardStudentOfOtherSettingsIsRefused()
    {
        LorealTrainer.Options options = Options("MMA", attributes: true);
        options.BaseStage!.Epochs = options.DistillationStage.Epochs = 1;
        using LorealModel whole = TrainingRun.Fit(options);
        options.Method = PromptMethod.Mma(0, 2, 8, 0.2f); // its tensors have the same names and shapes
        var images = new GeneratedImages(TrainingRun.Names.Length, 1);
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => TrainingRun.Fit(options, images: images, standardStudent: whole)).Message,
            "\"scale\":0.2");
    }

    [TestMethod]
    [DataRow("MMA")]
    [DataRow("MMRL")]
    [DataRow("MaPLe")]
    public void TrainsWithANewViewOfEveryImageInEveryEpoch(string method)
    {
        LorealTrainer.Options options = Options(method, attributes: true);
        options.ViewsPerImage = 0;
        options.BaseStage!.Epochs = 2;
        options.DistillationStage.Epochs = 2;
        var metrics = new List<TrainingMetrics>();
        using LorealModel model = TrainingRun.Fit(options, onEpoch: metrics.Add);
        Assert.HasCount(6, metrics);
        Assert.IsTrue(TrainingRun.Score(model).All(float.IsFinite));
    }

    [TestMethod]
    [DataRow("MMA")]
    [DataRow("MMRL")]
    [DataRow("MaPLe")]
    public void ScoringLeavesNothingBehindAndThreadsAgree(string method)
    {
        using LorealModel model = TrainingRun.Fit(Options(method, attributes: true));
        float[] expected = TrainingRun.Score(model, 1);
        long before = Tensor.TotalCount;
        for (int i = 0; i < 1000; i++)
        {
            TrainingRun.Score(model, 1);
        }

        Assert.IsLessThanOrEqualTo(before, Tensor.TotalCount);
        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 5; i++)
            {
                CollectionAssert.AreEqual(expected, TrainingRun.Score(model, 1));
            }
        });
    }

    [TestMethod]
    public void LayersThatTheBackboneDoesNotHaveAreRefusedBeforeAnImageIsLoaded()
    {
        foreach (PromptMethod? method in new[] { PromptMethod.Mma(1, 9), PromptMethod.Mmrl(3) })
        {
            LorealTrainer.Options options = Options("MMA", attributes: true);
            options.Method = method;
            var images = new GeneratedImages(TrainingRun.Names.Length, 1) { OnLoad = _ => Assert.Fail("an image was loaded") };
            StringAssert.Contains(
                Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TrainingRun.Fit(options, images: images)).Message, "up to 2");
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new MLContext(1).MulticlassClassification.Trainers.Loreal(options));
        }
    }

    private static LorealTrainer.Options Options(string method, bool attributes)
    {
        LorealTrainer.Options options = TrainingRun.Options(attributes);
        options.Method = method switch
        {
            "MMA" => PromptMethod.Mma(0, 2, 8, 0.1f),
            "MMRL" => PromptMethod.Mmrl(1, 2, 3, 16),
            "MaPLe" => PromptMethod.MaPLe(2, 2),
            _ => PromptMethod.IndependentPrompts(2, 2, 2, 2),
        };
        return options;
    }
}
