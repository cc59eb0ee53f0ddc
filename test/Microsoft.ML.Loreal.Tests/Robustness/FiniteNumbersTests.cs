using Microsoft.ML.Loreal.Tests.Training;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Robustness;

/// <summary>Numbers that are none are noticed where they come in, and never leave as scores.</summary>
[TestClass]
public sealed class FiniteNumbersTests
{
    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    [DataRow(float.NegativeInfinity)]
    public void WeightsOfABackboneAreNamed(float value)
    {
        using var folder = new TemporaryFolder();
        TinyClip.Write(folder.Path);
        ClipBackbone backbone = Poisoned(folder, "transformer.resblocks.1.mlp.c_fc.bias", value);
        LorealTrainer.Options options = Trained.Options();
        options.Backbone = backbone;
        var ml = new MLContext(1);
        LorealTrainer trainer = ml.MulticlassClassification.Trainers.Loreal(options);
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => trainer.Fit(Trained.Prepared(ml)));
        StringAssert.Contains(error.Message, "transformer.resblocks.1.mlp.c_fc.bias");
        StringAssert.Contains(error.Message, "model.safetensors");
    }

    [TestMethod]
    [DataRow("beta.ctx")]
    [DataRow("alpha.ctx")]
    [DataRow("metanets.1.linear2.weight")]
    public void LearnedValuesOfASavedModelAreNamed(string name)
    {
        Dictionary<string, byte[]> files = TrainingRun.Save(SmallModel.Model);
        files[LorealModel.TensorFile] = WithValue(files[LorealModel.TensorFile], name, float.NaN);
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => TrainingRun.Load(files));
        StringAssert.Contains(error.Message, name);
        StringAssert.Contains(error.Message, LorealModel.TensorFile);
    }

    [TestMethod]
    public void ScoresThatOverflowAreAnErrorAndNotNaN()
    {
        // Finite, and far beyond what a text tower can compute with.
        Dictionary<string, byte[]> files = TrainingRun.Save(SmallModel.Model);
        files[LorealModel.TensorFile] = WithValue(files[LorealModel.TensorFile], "metanets.0.linear2.bias", 3e38f);
        var ml = new MLContext(1);
        using var transformer = new LorealTransformer(
            (IHostEnvironment)ml, TrainingRun.Load(files), new ScoringSettings(
                "Image", "PredictedLabel", "Score", InvalidImageAction.Skip, 1_000_000));
        IDataView scored = transformer.Transform(ml.Data.LoadFromEnumerable(
            Trained.Photos.Select(photo => new EncodedPhoto { Image = File.ReadAllBytes(photo.ImagePath) }).ToList()));
        InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(() => Rows.Scores(scored));
        StringAssert.Contains(error.Message, "row 0 ");
        StringAssert.Contains(error.Message, "not numbers");
    }

    private static ClipBackbone Poisoned(TemporaryFolder folder, string name, float value)
    {
        string path = folder["model.safetensors"];
        File.WriteAllBytes(path, WithValue(File.ReadAllBytes(path), name, value));
        return ClipBackbone.FromFolder(folder.Path);
    }

    /// <summary>The same file with a tensor filled with one value.</summary>
    private static byte[] WithValue(byte[] file, string name, float value)
    {
        using DisposeScope scope = NewDisposeScope();
        using var tensors = SafetensorsFile.Read(new MemoryStream(file), "the file");
        Assert.IsTrue(tensors.Tensors.ContainsKey(name), string.Join(", ", tensors.Tensors.Keys));
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(
            stream,
            tensors.Tensors.Keys.Select(key => (key, key == name ? full_like(tensors.ReadTensor(key), value) : tensors.ReadTensor(key))));
        return stream.ToArray();
    }
}
