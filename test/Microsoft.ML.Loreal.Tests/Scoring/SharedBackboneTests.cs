using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Scoring;

/// <summary>One frozen backbone is held once, whatever uses it.</summary>
[TestClass]
public sealed class SharedBackboneTests
{
    private static int _seed = 1000;

    [TestMethod]
    public void TransformersOfOneBackboneShareItsModel()
    {
        using LorealTransformer other = Trained.Loreal.WithClasses(["cat", "dog"]);
        using LorealTransformer again = Trained.Pipeline(new MLContext(2), Trained.Options()).Fit(Trained.Data(new MLContext(2))) is
            IEnumerable<ITransformer> steps ? steps.OfType<LorealTransformer>().Single() : throw new AssertFailedException();

        Assert.AreSame(Trained.Loreal.Model.Clip.Model, other.Model.Clip.Model);
        Assert.AreSame(Trained.Loreal.Model.Clip.Model, again.Model.Clip.Model);
    }

    [TestMethod]
    public void TransformersLoadedFromTwoZipsShareBackboneAndModel()
    {
        byte[] first = Zip(Trained.Loreal);
        using LorealTransformer renamed = Trained.Loreal.WithClasses(["cat", "dog"]);
        byte[] second = Zip(renamed);

        using LorealTransformer one = Load(first);
        using LorealTransformer two = Load(second);

        Assert.AreSame(one.Backbone, two.Backbone);
        Assert.AreSame(one.Model.Clip.Model, two.Model.Clip.Model);
        CollectionAssert.AreEqual(new[] { "cat", "dog" }, two.ClassNames.ToArray());
    }

    [TestMethod]
    public void AnotherPrecisionIsAnotherModel()
    {
        using LorealTransformer reduced = Trained.Loreal.WithPrecision(ComputePrecision.BFloat16);

        Assert.AreNotSame(Trained.Loreal.Model.Clip.Model, reduced.Model.Clip.Model);
        Assert.AreEqual(ComputePrecision.BFloat16, reduced.Model.Clip.Model.Precision);
    }

    [TestMethod]
    public void TheLastShareFreesTheModelAndTheNextReadsItAgain()
    {
        using var folder = new TemporaryFolder();
        ClipBackbone backbone = OtherWeights(folder["backbone"]);
        var first = SharedClip.Of(backbone, CPU, ComputePrecision.Single);
        var second = SharedClip.Of(backbone, CPU, ComputePrecision.Single);
        ClipModel model = first.Model;
        Assert.AreSame(model, second.Model);

        first.Dispose();
        first.Dispose();
        Assert.IsFalse(model.Visual.PatchWeight.IsInvalid);
        second.Dispose();
        Assert.IsTrue(model.Visual.PatchWeight.IsInvalid);

        using var later = SharedClip.Of(backbone, CPU, ComputePrecision.Single);
        Assert.AreNotSame(model, later.Model);
        Assert.IsFalse(later.Model.Visual.PatchWeight.IsInvalid);
    }

    [TestMethod]
    public void WeightsThatCannotBeReadLeaveNothingBehind()
    {
        using var folder = new TemporaryFolder();
        OtherWeights(folder["backbone"]);
        var backbone = ClipBackbone.FromFiles(new FolderBackboneFiles(folder["backbone"], mostInMemory: 0));
        _ = backbone.Sha256;
        string weights = Path.Combine(folder["backbone"], "model.safetensors");
        byte[] content = File.ReadAllBytes(weights);
        File.WriteAllBytes(weights, content[..^8]);
        Assert.ThrowsExactly<InvalidDataException>(() => SharedClip.Of(backbone, CPU, ComputePrecision.Single));

        File.WriteAllBytes(weights, content);
        using var repaired = SharedClip.Of(backbone, CPU, ComputePrecision.Single);
        Assert.IsFalse(repaired.Model.Visual.PatchWeight.IsInvalid);
    }

    [TestMethod]
    public void AModelThatCannotBeLoadedKeepsNoShare()
    {
        using var folder = new TemporaryFolder();
        ClipBackbone backbone = OtherWeights(folder["backbone"]);
        LorealTrainer.Options options = Trained.Options();
        options.Backbone = backbone;
        using (LorealTransformer trained = new MLContext(1).MulticlassClassification.Trainers.Loreal(options).Fit(
            Trained.Prepared(new MLContext(1))))
        {
            Dictionary<string, byte[]> files = Training.TrainingRun.Save(trained.Model);
            byte[] tensors = files[LorealModel.TensorFile];
            BitConverter.GetBytes(float.NaN).CopyTo(tensors, tensors.Length - sizeof(float));
            Assert.ThrowsExactly<InvalidDataException>(() => LorealModel.Load(backbone, CPU, name => new MemoryStream(files[name])));
        }

        ClipModel model;
        using (var share = SharedClip.Of(backbone, CPU, ComputePrecision.Single))
        {
            model = share.Model;
        }

        Assert.IsTrue(model.Visual.PatchWeight.IsInvalid, "Somebody kept a share.");
    }

    [TestMethod]
    public void AModelSharedWithAScorerCanStillBeTrainedWith()
    {
        // Scoring makes what it keeps in the inference mode, whose tensors refuse gradients.
        IDataView data = Trained.Prepared(new MLContext(1));
        using var folder = new TemporaryFolder();
        LorealTrainer.Options options = Trained.Options();
        options.Backbone = OtherWeights(folder["backbone"]);
        options.Method = PromptMethod.MaPLe(depth: 2);
        options.Attributes = null;
        var ml = new MLContext(1);
        using LorealTransformer scorer = ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
        using LorealTransformer low = scorer.WithClasses(Pictures.ClassNames);
        _ = Rows.Scores(low.Transform(data));
        options.LowResolution = 3 * TinyClip.Patch;
        using LorealTransformer trained = ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
        _ = Rows.Scores(trained.Transform(data));
        var student = new PromptKDTrainer.Options
        {
            Backbone = options.Backbone,
            Teacher = trained,
            LowResolution = 3 * TinyClip.Patch,
            Stage = new TrainingStageOptions { Epochs = 1, BatchSize = 5 },
            Seed = 1,
        };

        using PromptKDTransformer taught = ml.MulticlassClassification.Trainers.PromptKD(student).Fit(data);

        Assert.AreSame(trained.Model.Clip.Model, taught.Model.Clip.Model);
    }

    /// <summary>A backbone that nobody else has a share in.</summary>
    private static ClipBackbone OtherWeights(string folder) => TinyClip.Write(folder, seed: ++_seed);

    private static byte[] Zip(LorealTransformer model)
    {
        using var stream = new MemoryStream();
        var ml = new MLContext(1);
        ml.Model.Save(model, Trained.Prepared(ml).Schema, stream);
        return stream.ToArray();
    }

    private static LorealTransformer Load(byte[] zip)
    {
        using var stream = new MemoryStream(zip);
        ITransformer loaded = new MLContext(1).Model.Load(stream, out _);
        return loaded as LorealTransformer ?? ((IEnumerable<ITransformer>)loaded).OfType<LorealTransformer>().Single();
    }
}
