using System.Text;
using Microsoft.ML.Loreal.Tests.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Distillation;

[TestClass]
public sealed class LorealModelTests
{
    private static readonly string[] _others = ["yellow heart", "moon", "small_cross"];

    [TestMethod]
    [DataRow(true, "CoOp")]
    [DataRow(false, "CoOp")]
    [DataRow(false, "class-specific")]
    [DataRow(false, "Template")]
    public void ReloadedModelScoresTheSameBits(bool attributes, string method)
    {
        using var model = TrainingRun.Fit(Options(attributes, method));
        using var loaded = TrainingRun.Load(TrainingRun.Save(model));
        CollectionAssert.AreEqual(TrainingRun.Score(model), TrainingRun.Score(loaded));
        CollectionAssert.AreEqual(model.ClassNames.ToList(), loaded.ClassNames.ToList());
        Assert.AreEqual(model.Resolution, loaded.Resolution);
        CollectionAssert.AreEqual(TrainingRun.Save(model)[LorealModel.TensorFile], TrainingRun.Save(loaded)[LorealModel.TensorFile]);
        CollectionAssert.AreEqual(TrainingRun.Save(model)[LorealModel.DescriptionFile], TrainingRun.Save(loaded)[LorealModel.DescriptionFile]);
    }

    [TestMethod]
    [DataRow(true, "CoOp")]
    [DataRow(false, "CoOp")]
    [DataRow(false, "Template")]
    [DataRow(true, "MaPLe")]
    [DataRow(false, "MaPLe")]
    [DataRow(true, "MMA")]
    [DataRow(false, "MMA")]
    [DataRow(true, "MMRL")]
    [DataRow(false, "MMRL")]
    [DataRow(true, "IndependentPrompts")]
    public void ScoresAreThoseOfEveryPromptOnItsOwn(bool attributes, string method)
    {
        var options = Options(attributes, method);
        options.BaseStage!.Epochs = options.DistillationStage.Epochs = 2;
        using var model = TrainingRun.Fit(options);
        Near(Plain(model), TrainingRun.Score(model));
        using var others = model.WithClasses(_others);
        CollectionAssert.AreEqual(_others, others.ClassNames.ToArray());
        Near(Plain(others), TrainingRun.Score(others));

        static void Near(float[] expected, float[] actual)
        {
            Assert.HasCount(expected.Length, actual);
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.AreEqual(expected[i], actual[i], 1e-5f);
            }
        }
    }

    [TestMethod]
    public void OtherClassesEqualAModelBuiltForThem()
    {
        using var model = TrainingRun.Fit(TrainingRun.Options());
        var files = TrainingRun.Save(model);
        var description = Encoding.UTF8.GetString(files[LorealModel.DescriptionFile]);
        for (var c = 0; c < 3; c++)
        {
            description = description.Replace(TrainingRun.Names[c], _others[c]);
        }

        files[LorealModel.DescriptionFile] = Encoding.UTF8.GetBytes(description);
        using var built = TrainingRun.Load(files);
        using var others = model.WithClasses([.. _others, TrainingRun.Names[3]]);
        CollectionAssert.AreEqual(TrainingRun.Score(built), TrainingRun.Score(others));
        using var back = others.WithClasses(TrainingRun.Names);
        CollectionAssert.AreEqual(TrainingRun.Score(model), TrainingRun.Score(back));
    }

    [TestMethod]
    public void OtherClassesOutliveTheModelTheyCameFrom()
    {
        var model = TrainingRun.Fit(TrainingRun.Options());
        using var others = model.WithClasses(_others);
        var before = TrainingRun.Score(others);
        model.Dispose();
        CollectionAssert.AreEqual(before, TrainingRun.Score(others));
        Assert.ThrowsExactly<ObjectDisposedException>(() => TrainingRun.Score(model));
        Assert.ThrowsExactly<ObjectDisposedException>(() => model.WithClasses(_others));
        Assert.ThrowsExactly<ObjectDisposedException>(() => TrainingRun.Save(model));
        model.Dispose();
    }

    [TestMethod]
    public void UnusableClassesAreRefused()
    {
        using var model = TrainingRun.Fit(TrainingRun.Options());
        Assert.ThrowsExactly<ArgumentException>(() => model.WithClasses(["cat"]));
        Assert.ThrowsExactly<ArgumentException>(() => model.WithClasses(["cat", "CAT"]));
        using var specific = TrainingRun.Fit(Options(false, "class-specific"));
        Assert.ThrowsExactly<InvalidOperationException>(() => specific.WithClasses(_others));
    }

    [TestMethod]
    public void ManyImagesAtOnceScoreLikeOneByOne()
    {
        const int Images = 70;
        using var model = TrainingRun.Fit(TrainingRun.Options());
        using var many = model.WithClasses([.. Enumerable.Range(0, 400).Select(i => $"{(char)('a' + (i % 26))}{(char)('a' + (i / 26))}")]);
        using var pixels = TrainingRun.Pixels(Images, many.Resolution);
        var together = new float[Images * 400];
        many.Score(pixels, together);
        for (var i = 0; i < Images; i += 23)
        {
            var alone = new float[400];
            using var one = pixels.narrow(0, i, 1);
            many.Score(one, alone);
            for (var c = 0; c < alone.Length; c++)
            {
                Assert.AreEqual(alone[c], together[(i * 400) + c], 1e-6f);
            }
        }
    }

    [TestMethod]
    public void ThreadsScoreWhileAnotherDisposes()
    {
        var model = TrainingRun.Fit(TrainingRun.Options());
        var expected = TrainingRun.Score(model);
        using var started = new CountdownEvent(4);
        var threads = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            started.Signal();
            var scored = 0;
            try
            {
                while (true)
                {
                    CollectionAssert.AreEqual(expected, TrainingRun.Score(model));
                    scored++;
                }
            }
            catch (ObjectDisposedException)
            {
                return scored;
            }
        })).ToArray();
        started.Wait();
        Thread.Sleep(50);
        model.Dispose();
        Task.WaitAll(threads);
    }

    [TestMethod]
    public void ScoringLeavesNothingBehind()
    {
        using var model = TrainingRun.Fit(TrainingRun.Options());
        TrainingRun.Score(model);
        var before = Tensor.TotalCount;
        for (var i = 0; i < 50; i++)
        {
            TrainingRun.Score(model);
        }

        Assert.IsLessThanOrEqualTo(before, Tensor.TotalCount);
    }

    [TestMethod]
    public void WrongShapesAreRefused()
    {
        using var model = TrainingRun.Fit(Options(false, "Template"));
        using var large = zeros([1, 3, 32, 32]);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => model.Score(large, new float[4])).Message, "[B, 3, 16, 16]");
        using var right = zeros([1, 3, 16, 16]);
        Assert.ThrowsExactly<ArgumentException>(() => model.Score(right, new float[5]));
    }

    [TestMethod]
    [DataRow("{", DisplayName = "not JSON")]
    [DataRow("{}", DisplayName = "nothing in it")]
    [DataRow("[]", DisplayName = "not an object")]
    [DataRow("{\"version\": 99}", DisplayName = "a newer version")]
    public void DamagedDescriptionIsRefused(string description)
    {
        using var model = TrainingRun.Fit(Options(false, "Template"));
        var files = TrainingRun.Save(model);
        files[LorealModel.DescriptionFile] = Encoding.UTF8.GetBytes(description);
        Assert.ThrowsExactly<FormatException>(() => TrainingRun.Load(files));
    }

    [TestMethod]
    public void DamagedTensorsAndAnotherBackboneAreRefused()
    {
        using var model = TrainingRun.Fit(TrainingRun.Options());
        var files = TrainingRun.Save(model);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => TrainingRun.Load(files, TinyClip.Backbone(seed: 2))).Message, model.Backbone.Sha256);

        using var alone = TrainingRun.Fit(TrainingRun.Options(attributes: false));
        var tensors = files[LorealModel.TensorFile];
        files[LorealModel.TensorFile] = TrainingRun.Save(alone)[LorealModel.TensorFile];
        Assert.ThrowsExactly<InvalidDataException>(() => TrainingRun.Load(files));
        files[LorealModel.TensorFile] = tensors[..^1];
        Assert.ThrowsExactly<InvalidDataException>(() => TrainingRun.Load(files));
    }

    private static LorealTrainer.Options Options(bool attributes, string method)
    {
        var options = TrainingRun.Options(attributes);
        options.Method = method switch
        {
            "Template" => PromptMethod.Template(),
            "MaPLe" => PromptMethod.MaPLe(2, 2),
            "MMA" => PromptMethod.Mma(1, 2, 4, 0.3f),
            "MMRL" => PromptMethod.Mmrl(1, 2, 3, 8),
            "IndependentPrompts" => PromptMethod.IndependentPrompts(2, 3, 2, 2),
            "class-specific" => PromptMethod.CoOp(3, ClassNamePosition.Middle, classSpecific: true),
            _ => options.Method,
        };
        return options;
    }

    /// <summary>The scores as they are published: the saved tensors, every image on its own, every prompt on its own.</summary>
    private static float[] Plain(LorealModel model)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var files = TrainingRun.Save(model);
        using var tensors = SafetensorsFile.Read(new MemoryStream(files[LorealModel.TensorFile]), "the model");
        var description = LorealModelDescription.Read(new MemoryStream(files[LorealModel.DescriptionFile]));
        using var clip = model.Backbone.CreateModel(CPU);
        var vocabulary = new TokenizerVocabulary(model.Backbone.Tokenizer);
        using var slots = description.Attributes?.CreateSlots(clip, vocabulary, MetaNetInitialization.Default, new Random(0));
        slots?.Load(name => tensors.ReadTensor(name));
        using var student = description.Method.CreateLearner(clip, vocabulary, model.ClassNames, slots?.TokenCount ?? 0, new Random(0));
        student.Load(name => tensors.ReadTensor("beta." + name));
        student.ForOtherClasses = description.ScoresOtherClasses;
        var towers = PlainTowers.Of(description.Method, clip, student.State.ToDictionary(s => s.Name, s => s.Value));
        var scores = new List<float>();
        using var pixels = TrainingRun.Pixels(5, model.Resolution);
        for (var i = 0; i < 5; i++)
        {
            var features = towers.Image(pixels.narrow(0, i, 1));
            var parts = student.Prompts(slots?.Tokens(slots.Vectors(features.narrow(1, 0, clip.Config.EmbedDimension))));
            scores.AddRange(student.Logits(features, towers.Text(parts, slots?.TokenCount ?? 0)).softmax(1).data<float>());
        }

        return [.. scores];
    }
}
