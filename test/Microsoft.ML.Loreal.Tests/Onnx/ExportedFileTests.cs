using Microsoft.ML.OnnxRuntime;
using Onnx;

namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>What SaveAsOnnx writes, and what it leaves where it fails.</summary>
[TestClass]
public sealed class ExportedFileTests
{
    [TestMethod]
    public void SaysWhatItIs()
    {
        using var run = new OnnxRun(Trained.Loreal);
        var description = OnnxModelDescription.FromProperties(run.Metadata.CustomMetadataMap);

        CollectionAssert.AreEqual(Trained.Loreal.ClassNames.ToArray(), description.ClassNames.ToArray());
        Assert.AreEqual(Trained.Loreal.Resolution, description.Resolution);
        Assert.AreEqual(ResizeMode.Shortest, description.Preprocessing.ResizeMode);
        Assert.AreEqual(ResampleFilter.Bicubic, description.Preprocessing.Filter);
        Assert.AreEqual("CoOp+attributes", description.Method);
        StringAssert.StartsWith(description.Version, typeof(LorealTrainer).Assembly.GetName().Version!.ToString(3));
        Assert.AreEqual(Trained.Backbone.Sha256, description.BackboneSha256);
        Assert.AreEqual("float32", description.Weights);
        using var student = new OnnxRun(PromptKD.Taught.Student);
        Assert.AreEqual("PromptKD", student.Metadata.CustomMetadataMap["loreal.method"]);
    }

    [TestMethod]
    public void HasTheInputAndTheOutputsThatItsReadersExpect()
    {
        using var run = new OnnxRun(Trained.Loreal);

        (string name, NodeMetadata input) = run.Session.InputMetadata.Single();
        Assert.AreEqual("pixels", name);
        Assert.AreEqual(typeof(byte), input.ElementType);
        int side = Trained.Loreal.Resolution;
        CollectionAssert.AreEqual(new[] { -1, side, side, 3 }, input.Dimensions);
        CollectionAssert.AreEqual(new[] { "N", "", "", "" }, input.SymbolicDimensions);
        CollectionAssert.AreEqual(
            new[] { -1, Trained.Loreal.ClassNames.Count }, run.Session.OutputMetadata["scores"].Dimensions);
        CollectionAssert.AreEqual(
            new[] { -1, Trained.Backbone.Config.EmbedDimension }, run.Session.OutputMetadata["features"].Dimensions);
        ModelProto model = Exported();
        Assert.AreEqual(8, model.IrVersion);
        Assert.AreEqual(17, model.OpsetImport.Single().Version);
    }

    [TestMethod]
    public void PromptsThatAreTheSameForAllImagesTakeNoTextTower()
    {
        using LorealTransformer alone = ExportedScoreTests.Fit(Trained.Backbone, "MaPLe", attributes: false, grid: 2);
        using var stream = new MemoryStream();
        alone.SaveAsOnnx(stream);

        string[] text = [.. ModelProto.Parser.ParseFrom(stream.ToArray()).Graph.Initializer
            .Select(tensor => tensor.Name).Where(name => name.StartsWith("text.", StringComparison.Ordinal))];
        CollectionAssert.AreEqual(new[] { "text.features" }, text);
        Assert.Contains(tensor => tensor.Name.StartsWith("text.blocks.", StringComparison.Ordinal), Exported().Graph.Initializer);
    }

    [TestMethod]
    public void AFileHoldsWhatAStreamGets()
    {
        using var folder = new TemporaryFolder();
        string path = folder["model.onnx"];
        File.WriteAllText(path, "what was there");
        Trained.Loreal.SaveAsOnnx(path);

        CollectionAssert.AreEqual(Bytes(), File.ReadAllBytes(path));
        Assert.HasCount(1, Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [TestMethod]
    public void WeightsInASecondFileGiveTheSameScores()
    {
        using var folder = new TemporaryFolder();
        string path = folder["model.onnx"];
        Trained.Loreal.SaveAsOnnx(path, new OnnxExportOptions { ExternalWeights = true });
        byte[][] pictures = ExportedScoreTests.Pictures(3, Trained.Loreal.Resolution);
        using var inline = new OnnxRun(Trained.Loreal);
        using (var external = new OnnxRun(path))
        {
            Assert.AreEqual(0, ExportedScoreTests.Largest(inline.Run(pictures).Scores, external.Run(pictures).Scores));
        }

        Assert.IsGreaterThan(new FileInfo(path).Length, new FileInfo(path + ".data").Length);
        File.Delete(path + ".data");
        Assert.Throws<Exception>(() => new OnnxRun(path));
    }

    [TestMethod]
    public void WeightsThatOneFileCannotHoldGoToASecondOneOrAreRefused()
    {
        using var folder = new TemporaryFolder();
        string path = folder["model.onnx"];
        OnnxFile.Write(path, Trained.Loreal.Scorer.Model.ToOnnx(new OnnxExportOptions()), new OnnxExportOptions(), mostInline: 1000);
        Assert.IsTrue(File.Exists(path + ".data"));

        using var stream = new MemoryStream();
        NotSupportedException error = Assert.ThrowsExactly<NotSupportedException>(
            () => OnnxFile.Write(stream, Exported(), CancellationToken.None, mostInline: 1000));
        StringAssert.Contains(error.Message, "path");
        Assert.AreEqual(0, stream.Length);
        ArgumentException external = Assert.ThrowsExactly<ArgumentException>(
            () => Trained.Loreal.SaveAsOnnx(stream, new OnnxExportOptions { ExternalWeights = true }));
        StringAssert.Contains(external.Message, "path");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void ACanceledExportLeavesWhatWasThere(bool externalWeights)
    {
        using var folder = new TemporaryFolder();
        string path = folder["model.onnx"];
        File.WriteAllText(path, "what was there");
        var options = new OnnxExportOptions { ExternalWeights = externalWeights };
        ModelProto model = Trained.Loreal.Scorer.Model.ToOnnx(options);
        options.CancellationToken = new CancellationToken(canceled: true);

        Assert.ThrowsExactly<OperationCanceledException>(() => Trained.Loreal.SaveAsOnnx(path, options));
        Assert.ThrowsExactly<OperationCanceledException>(() => OnnxFile.Write(path, model, options));
        using var stream = new MemoryStream();
        Assert.ThrowsExactly<OperationCanceledException>(
            () => Trained.Loreal.SaveAsOnnx(stream, new OnnxExportOptions { CancellationToken = options.CancellationToken }));

        Assert.AreEqual(0, stream.Length);
        Assert.AreEqual("what was there", File.ReadAllText(path));
        Assert.HasCount(1, Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void AnExportThatCannotBeWrittenLeavesNothing(bool externalWeights)
    {
        using var folder = new TemporaryFolder();
        string path = Directory.CreateDirectory(folder["model.onnx"]).FullName;
        IOException error = Assert.ThrowsExactly<IOException>(
            () => Trained.Loreal.SaveAsOnnx(path, new OnnxExportOptions { ExternalWeights = externalWeights }));
        StringAssert.Contains(error.Message, path);

        Assert.HasCount(1, Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!));
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => Trained.Loreal.SaveAsOnnx(folder["missing/model.onnx"]));
        Assert.ThrowsExactly<ArgumentException>(() => Trained.Loreal.SaveAsOnnx(""));
    }

    [TestMethod]
    public void WeightsBeyond16BitsAreRefusedByName()
    {
        using TorchSharp.torch.Tensor large = TorchSharp.torch.full([2, 2], 1e6f, TorchSharp.torch.float32, TorchSharp.torch.CPU);
        var graph = new OnnxGraph(new OnnxExportOptions { Float16Weights = true });
        NotSupportedException error = Assert.ThrowsExactly<NotSupportedException>(() => graph.Weights("visual.proj", large));
        StringAssert.Contains(error.Message, "visual.proj");
        StringAssert.Contains(error.Message, nameof(OnnxExportOptions.Float16Weights));
    }

    [TestMethod]
    public void ADisposedTransformerIsRefused()
    {
        LorealTransformer others = Trained.Loreal.WithClasses(["cat", "dog"]);
        others.Dispose();
        using var stream = new MemoryStream();
        Assert.ThrowsExactly<ObjectDisposedException>(() => others.SaveAsOnnx(stream));
        Assert.AreEqual(0, stream.Length);
    }

    private static byte[] Bytes()
    {
        using var stream = new MemoryStream();
        Trained.Loreal.SaveAsOnnx(stream);
        return stream.ToArray();
    }

    private static ModelProto Exported() => ModelProto.Parser.ParseFrom(Bytes());

    [TestMethod]
    public void WeightsThatAnEarlierExportLeftAreNotTakenForTheModels()
    {
        using var folder = new TemporaryFolder();
        string path = folder["model.onnx"];
        Trained.Loreal.SaveAsOnnx(path, new OnnxExportOptions { ExternalWeights = true });
        Trained.Loreal.SaveAsOnnx(path);
        Assert.IsTrue(File.Exists(path + ".data"));

        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(
                () => LorealClassifier.Load(path, new LorealClassifierOptions { MemoryMapped = true })).Message,
            "holds its weights itself");
        var ml = new MLContext(1);
        IDataView data = Trained.Data(ml);
        ITransformer chain = ml.Transforms.ApplyLorealOnnx(path, new LorealOnnxOptions { ImageColumnName = nameof(Photo.ImagePath) })
            .Fit(data);
        ml.Model.Save(chain, data.Schema, folder["chain.zip"]);
        using System.IO.Compression.ZipArchive archive = System.IO.Compression.ZipFile.OpenRead(folder["chain.zip"]);
        Assert.DoesNotContain(entry => entry.FullName.Contains("Weights", StringComparison.Ordinal), archive.Entries);
    }
}
