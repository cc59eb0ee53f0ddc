using System.Text;
using Microsoft.ML.Loreal.Tests.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Training;

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
        using LorealModel model = TrainingRun.Fit(Options(attributes, method));
        using LorealModel loaded = TrainingRun.Load(TrainingRun.Save(model));
        CollectionAssert.AreEqual(TrainingRun.Score(model), TrainingRun.Score(loaded));
        CollectionAssert.AreEqual(model.ClassNames.ToList(), loaded.ClassNames.ToList());
        Assert.AreEqual(model.Resolution, loaded.Resolution);
        CollectionAssert.AreEqual(TrainingRun.Save(model)[LorealModel.TensorFile], TrainingRun.Save(loaded)[LorealModel.TensorFile]);
        CollectionAssert.AreEqual(
            TrainingRun.Save(model)[LorealModel.DescriptionFile], TrainingRun.Save(loaded)[LorealModel.DescriptionFile]);
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
        LorealTrainer.Options options = Options(attributes, method);
        options.BaseStage!.Epochs = options.DistillationStage.Epochs = 2;
        using LorealModel model = TrainingRun.Fit(options);
        Near(Plain(model), TrainingRun.Score(model));
        using LorealModel others = model.WithClasses(_others);
        CollectionAssert.AreEqual(_others, others.ClassNames.ToArray());
        Near(Plain(others), TrainingRun.Score(others));

        static void Near(float[] expected, float[] actual)
        {
            Assert.HasCount(expected.Length, actual);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.AreEqual(expected[i], actual[i], 1e-5f);
            }
        }
    }

    [TestMethod]
    public void OtherClassesEqualAModelBuiltForThem()
    {
        using LorealModel model = TrainingRun.Fit(TrainingRun.Options());
        Dictionary<string, byte[]> files = TrainingRun.Save(model);
        string description = Encoding.UTF8.GetString(files[LorealModel.DescriptionFile]);
        for (int c = 0; c < 3; c++)
        {
            description = description.Replace(TrainingRun.Names[c], _others[c]);
        }

        files[LorealModel.DescriptionFile] = Encoding.UTF8.GetBytes(description);
        using LorealModel built = TrainingRun.Load(files);
        using LorealModel others = model.WithClasses([.. _others, TrainingRun.Names[3]]);
        CollectionAssert.AreEqual(TrainingRun.Score(built), TrainingRun.Score(others));
        using LorealModel back = others.WithClasses(TrainingRun.Names);
        CollectionAssert.AreEqual(TrainingRun.Score(model), TrainingRun.Score(back));
    }

    [TestMethod]
    public void OtherClassesOutliveTheModelTheyCameFrom()
    {
        LorealModel model = TrainingRun.Fit(TrainingRun.Options());
        using LorealModel others = model.WithClasses(_others);
        float[] before = TrainingRun.Score(others);
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
        using LorealModel model = TrainingRun.Fit(TrainingRun.Options());
        Assert.ThrowsExactly<ArgumentException>(() => model.WithClasses(["cat"]));
        Assert.ThrowsExactly<ArgumentException>(() => model.WithClasses(["cat", "CAT"]));
        using LorealModel specific = TrainingRun.Fit(Options(false, "class-specific"));
        Assert.ThrowsExactly<InvalidOperationException>(() => specific.WithClasses(_others));
    }

    [TestMethod]
    public void ManyImagesAtOnceScoreLikeOneByOne()
    {
        const int Images = 70;
        using LorealModel model = TrainingRun.Fit(TrainingRun.Options());
        using LorealModel many = model.WithClasses(
            [.. Enumerable.Range(0, 400).Select(i => $"{(char)('a' + (i % 26))}{(char)('a' + (i / 26))}")]);
        using Tensor pixels = TrainingRun.Pixels(Images, many.Resolution);
        float[] together = new float[Images * 400];
        many.Score(pixels, together);
        for (int i = 0; i < Images; i += 23)
        {
            float[] alone = new float[400];
            using Tensor one = pixels.narrow(0, i, 1);
            many.Score(one, alone);
            for (int c = 0; c < alone.Length; c++)
            {
                Assert.AreEqual(alone[c], together[(i * 400) + c], 1e-6f);
            }
        }
    }

    [TestMethod]
    public void ThreadsScoreWhileAnotherDisposes()
    {
        LorealModel model = TrainingRun.Fit(TrainingRun.Options());
        float[] expected = TrainingRun.Score(model);
        using var started = new CountdownEvent(4);
        Task<int>[] threads = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            started.Signal();
            int scored = 0;
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
        using LorealModel model = TrainingRun.Fit(TrainingRun.Options());
        TrainingRun.Score(model);
        long before = Tensor.TotalCount;
        for (int i = 0; i < 50; i++)
        {
            TrainingRun.Score(model);
        }

        Assert.IsLessThanOrEqualTo(before, Tensor.TotalCount);
    }

    [TestMethod]
    public void WrongShapesAreRefused()
    {
        using LorealModel model = TrainingRun.Fit(Options(false, "Template"));
        using Tensor large = zeros([1, 3, 32, 32]);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => model.Score(large, new float[4])).Message, "[B, 3, 16, 16]");
        using Tensor right = zeros([1, 3, 16, 16]);
        Assert.ThrowsExactly<ArgumentException>(() => model.Score(right, new float[5]));
    }

    [TestMethod]
    [DataRow("{", DisplayName = "not JSON")]
    [DataRow("{}", DisplayName = "nothing in it")]
    [DataRow("[]", DisplayName = "not an object")]
    [DataRow("{\"version\": 99}", DisplayName = "a newer version")]
    public void DamagedDescriptionIsRefused(string description)
    {
        using LorealModel model = TrainingRun.Fit(Options(false, "Template"));
        Dictionary<string, byte[]> files = TrainingRun.Save(model);
        files[LorealModel.DescriptionFile] = Encoding.UTF8.GetBytes(description);
        Assert.ThrowsExactly<FormatException>(() => TrainingRun.Load(files));
    }

    [TestMethod]
    public void DamagedTensorsAndAnotherBackboneAreRefused()
    {
        using LorealModel model = TrainingRun.Fit(TrainingRun.Options());
        Dictionary<string, byte[]> files = TrainingRun.Save(model);
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => TrainingRun.Load(files, TinyClip.Create(seed: 2))).Message,
            model.Backbone.Sha256);

        using LorealModel alone = TrainingRun.Fit(TrainingRun.Options(attributes: false));
        byte[] tensors = files[LorealModel.TensorFile];
        files[LorealModel.TensorFile] = TrainingRun.Save(alone)[LorealModel.TensorFile];
        Assert.ThrowsExactly<InvalidDataException>(() => TrainingRun.Load(files));
        files[LorealModel.TensorFile] = tensors[..^1];
        Assert.ThrowsExactly<InvalidDataException>(() => TrainingRun.Load(files));
    }

    private static LorealTrainer.Options Options(bool attributes, string method)
    {
        LorealTrainer.Options options = TrainingRun.Options(attributes);
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
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Dictionary<string, byte[]> files = TrainingRun.Save(model);
        using var tensors = SafetensorsFile.Read(new MemoryStream(files[LorealModel.TensorFile]), "the model");
        var description = LorealModelDescription.Read(new MemoryStream(files[LorealModel.DescriptionFile]));
        using ClipModel clip = model.Backbone.CreateModel(CPU);
        var vocabulary = new TokenizerVocabulary(model.Backbone.Tokenizer);
        using AttributeSlots? slots = description.Attributes?.CreateSlots(clip, vocabulary, MetaNetInitialization.Default, new Random(0));
        slots?.Load(name => tensors.ReadTensor(name));
        using PromptLearner student = description.Method.CreateLearner(
            clip, vocabulary, model.ClassNames, slots?.TokenCount ?? 0, new Random(0));
        student.Load(name => tensors.ReadTensor("beta." + name));
        student.ForOtherClasses = description.ScoresOtherClasses;
        var towers = PlainTowers.Of(description.Method, clip, student.State.ToDictionary(s => s.Name, s => s.Value));
        var scores = new List<float>();
        using Tensor pixels = TrainingRun.Pixels(5, model.Resolution);
        for (int i = 0; i < 5; i++)
        {
            Tensor features = towers.Image(pixels.narrow(0, i, 1));
            PromptParts parts = student.Prompts(slots?.Tokens(slots.Vectors(features.narrow(1, 0, clip.Config.EmbedDimension))));
            scores.AddRange(student.Logits(features, towers.Text(parts, slots?.TokenCount ?? 0)).softmax(1).data<float>());
        }

        return [.. scores];
    }
}
