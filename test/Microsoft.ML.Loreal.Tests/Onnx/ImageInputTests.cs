using global::Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>Files that take a whole picture of any size.</summary>
[TestClass]
public sealed class ImageInputTests
{
    private static readonly (int Width, int Height)[] _sizes =
    [
        (32, 32), (64, 48), (48, 64), (640, 480), (333, 517), (20, 13), (7, 31), (1, 1), (31, 33), (32, 500), (500, 32), (3, 200), (33, 32),
    ];

    [TestMethod]
    [DataRow("Shortest", "Bicubic", 1, 1)]
    [DataRow("Shortest", "Bilinear", 256, 224)]
    [DataRow("Shortest", "Lanczos", 248, 224)]
    [DataRow("Shortest", "Box", 1, 1)]
    [DataRow("Shortest", "Hamming", 1, 1)]
    [DataRow("Shortest", "Bicubic", 7, 9)]
    [DataRow("Longest", "Bicubic", 1, 1)]
    [DataRow("Longest", "Lanczos", 1, 1)]
    [DataRow("Longest", "Bilinear", 9, 8)]
    [DataRow("Squash", "Bicubic", 1, 1)]
    [DataRow("Squash", "Box", 9, 8)]
    [DataRow("Squash", "Hamming", 8, 9)]
    public void PicturesBecomeThePixelsOfTheImageProcessor(string mode, string filter, int resizedSide, int croppedSide)
    {
        const int Resolution = 32;
        var settings = new ImageProcessorSettings
        {
            ResizeMode = Enum.Parse<ResizeMode>(mode),
            Filter = Enum.Parse<ResampleFilter>(filter),
            ResizedSide = resizedSide,
            CroppedSide = croppedSide,
            FillColor = (10, 200, 90),
        };
        using InferenceSession session = PixelsOf(settings, Resolution);
        foreach ((int width, int height) in _sizes)
        {
            using var picture = new RgbImage(width, height, Levels(width, height));
            byte[] expected = new byte[3 * Resolution * Resolution];
            new ImageProcessor(settings).EvaluatePixels(picture, Resolution, expected);

            byte[] actual = Run(session, picture);

            CollectionAssert.AreEqual(expected, actual, $"{width} x {height}");
        }
    }

    [TestMethod]
    [DataRow("LOREAL")]
    [DataRow("PromptKD")]
    public void PicturesGetTheTransformersScores(string kind)
    {
        ClipClassifierTransformer transformer = kind == "LOREAL" ? Trained.Loreal : PromptKD.Taught.Student;
        using var run = new OnnxRun(transformer, new OnnxExportOptions { Input = OnnxInput.Image });
        Assert.AreEqual("image", run.Metadata.CustomMetadataMap["loreal.input"]);
        // The older runtimes that read the other form read this one too.
        ModelProto model = transformer.Scorer.Model.ToOnnx(new OnnxExportOptions { Input = OnnxInput.Image });
        Assert.AreEqual(8, model.IrVersion);
        Assert.AreEqual(17, model.OpsetImport.Single().Version);
        NodeMetadata input = run.Session.InputMetadata["image"];
        Assert.AreEqual(typeof(byte), input.ElementType);
        CollectionAssert.AreEqual(new[] { 1, -1, -1, 3 }, input.Dimensions);
        CollectionAssert.AreEqual(new[] { "", "H", "W", "" }, input.SymbolicDimensions);
        CollectionAssert.AreEqual(new[] { 1, transformer.ClassNames.Count }, run.Session.OutputMetadata["scores"].Dimensions);
        foreach ((int width, int height) in _sizes)
        {
            using var picture = new RgbImage(width, height, Levels(width, height));
            using IScorerInput scorer = transformer.Scorer.CreateInput(1);
            scorer.Fill(0, picture);
            float[] expected = new float[transformer.ClassNames.Count];
            scorer.Score(1, expected);

            float[] actual = [.. Results(run.Session, picture)[0].AsEnumerable<float>()];

            Assert.IsLessThanOrEqualTo(1e-4f, ExportedScoreTests.Largest([expected], [actual]), $"{width} x {height}");
        }
    }

    [TestMethod]
    public void ThePackageThatPreparesPicturesItselfRefusesTheFile()
    {
        using var folder = new TemporaryFolder();
        string path = folder["model.onnx"];
        Trained.Loreal.SaveAsOnnx(path, new OnnxExportOptions { Input = OnnxInput.Image });

        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => LorealClassifier.Load(path));
        StringAssert.Contains(error.Message, "'image'");
        StringAssert.Contains(error.Message, "OnnxInput.Pixels");
        Assert.ThrowsExactly<InvalidDataException>(() => new MLContext().Transforms.ApplyLorealOnnx(path));
    }

    [TestMethod]
    public void AnInputThatIsNotKnownIsRefused() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new OnnxExportOptions { Input = (OnnxInput)2 });

    /// <summary>A graph that ends where the classifier begins.</summary>
    private static InferenceSession PixelsOf(ImageProcessorSettings settings, int resolution)
    {
        var graph = new OnnxGraph(new OnnxExportOptions { Input = OnnxInput.Image });
        string pixels = new InputGraph(graph, settings, resolution).Pixels();
        var type = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Uint8 };
        graph.Proto.Output.Add(new ValueInfoProto { Name = pixels, Type = new TypeProto { TensorType = type } });
        return new InferenceSession(OnnxFile.Model(graph, TinyOnnx.Description).ToByteArray());
    }

    private static byte[] Run(InferenceSession session, RgbImage picture) => [.. Results(session, picture)[0].AsEnumerable<byte>()];

    private static IDisposableReadOnlyCollection<DisposableNamedOnnxValue> Results(InferenceSession session, RgbImage picture)
    {
        var image = new DenseTensor<byte>(picture.Pixels, [1, picture.Height, picture.Width, 3]);
        return session.Run([NamedOnnxValue.CreateFromTensor("image", image)], [session.OutputNames[0]]);
    }

    /// <summary>Smooth colors, sharp edges to black and white, and noise.</summary>
    private static byte[] Levels(int width, int height)
    {
        var random = new Random((width * 1000) + height);
        byte[] levels = new byte[3 * width * height];
        for (int i = 0; i < levels.Length; i++)
        {
            (int x, int y) = (i / 3 % width, i / 3 / width);
            int kind = ((x / 5) + (y / 7)) % 4;
            levels[i] = (byte)(kind switch
            {
                0 => 255,
                1 => 0,
                2 => random.Next(256),
                _ => (x * 3) + (y * 5) + (i % 3 * 40),
            });
        }

        return levels;
    }
}
