using System.Diagnostics;
using System.Text;
using Microsoft.ML.Loreal.Tests.PromptKD;
using Microsoft.ML.Loreal.Tests.Training;

namespace Microsoft.ML.Loreal.Tests.Robustness;

/// <summary>Damaged archives of saved models, and damaged parts in archives whose hashes are right.</summary>
[TestClass]
public sealed class ArchiveMutationTests
{
    private static readonly Dictionary<string, PromptMethod> _methods = new()
    {
        ["CoOp"] = PromptMethod.CoOp(4),
        ["class-specific CoOp"] = PromptMethod.CoOp(3, ClassNamePosition.Middle, classSpecific: true),
        ["MMA"] = PromptMethod.Mma(0, 2, 4, 0.1f),
        ["MMRL"] = PromptMethod.Mmrl(1, 2, 3, 8),
        ["independent prompts"] = PromptMethod.IndependentPrompts(2, 2, 2, 2),
        ["template"] = PromptMethod.Template(),
    };

    public static IEnumerable<object[]> Methods => _methods.Keys.Select(name => new object[] { name });

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [Timeout(240_000)]
    public void ADamagedArchiveIsRefusedOrScoresAsBefore()
    {
        float[] expected = TrainingRun.Score(SmallModel.Model);
        MutationLoop.Run(
            TestContext,
            "model.zip",
            1000,
            random =>
            {
                // The archive's directory is at its end, ML.NET's headers in the small parts; elsewhere is compressed data.
                byte[] zip = SmallModel.Zip;
                int tail = zip.Length - Math.Min(zip.Length, 1500);
                byte[] mutant = random.Next(2) == 0 ? Mutation.Of(zip, random) : [.. zip[..tail], .. Mutation.Of(zip[tail..], random)];
                using var loaded = (LorealTransformer)new MLContext(2).Model.Load(new MemoryStream(mutant), out _);
                CollectionAssert.AreEqual(expected, TrainingRun.Score(loaded.Model));
            },
            error => Causes(error).Any(cause => cause is FormatException or InvalidDataException) || IsMLNetsOwn(error));
    }

    [TestMethod]
    [Timeout(240_000)]
    [DynamicData(nameof(Methods))]
    public void AForgedDescriptionIsRefusedOrScores(string name)
    {
        using LorealModel model = SmallModel.Train(_methods[name]);
        Dictionary<string, byte[]> files = TrainingRun.Save(model);
        string json = Encoding.UTF8.GetString(files[LorealModel.DescriptionFile]);
        MutationLoop.Run(
            TestContext,
            $"{LorealModel.DescriptionFile} ({name})",
            1000,
            random => LoadAndScore(files, LorealModel.DescriptionFile, JsonMutation.Of(json, random)),
            error => error is FormatException or InvalidDataException);
    }

    [TestMethod]
    [Timeout(240_000)]
    public void ForgedPromptsAreRefusedOrScore()
    {
        Dictionary<string, byte[]> files = TrainingRun.Save(SmallModel.Model);
        byte[] tensors = files[LorealModel.TensorFile];
        int header = 8 + BitConverter.ToInt32(tensors);
        MutationLoop.Run(
            TestContext,
            LorealModel.TensorFile,
            1000,
            random =>
                LoadAndScore(
                    files,
                    LorealModel.TensorFile,
                    random.Next(2) == 0 ? Mutation.Of(tensors, random) : [.. Mutation.Of(tensors[..header], random), .. tensors[header..]]),
            error => error is FormatException or InvalidDataException);
    }

    [TestMethod]
    [Timeout(240_000)]
    [DataRow(PromptKDModel.DescriptionFile)]
    [DataRow(PromptKDModel.TensorFile)]
    public void AForgedStudentIsRefusedOrScores(string name)
    {
        var files = new Dictionary<string, byte[]>();
        Taught.Student.Model.Save((file, write) =>
        {
            using var stream = new MemoryStream();
            write(stream);
            files[file] = stream.ToArray();
        });
        MutationLoop.Run(
            TestContext,
            name,
            1000,
            random =>
            {
                byte[] content = name == PromptKDModel.DescriptionFile
                    ? JsonMutation.Of(Encoding.UTF8.GetString(files[name]), random)
                    : Mutation.Of(files[name], random);
                using var model = PromptKDModel.Load(
                    Taught.StudentBackbone,
                    TorchSharp.torch.CPU,
                    file => new MemoryStream(file == name ? content : files[file], writable: false));
                using TorchSharp.torch.Tensor pixels = TrainingRun.Pixels(1, model.Resolution);
                float[] scores = new float[model.ClassNames.Count];
                model.Score(pixels, scores);
                Assert.IsTrue(Math.Abs(scores.Sum() - 1) < 1e-4 || scores.Any(float.IsNaN), string.Join(' ', scores));
            },
            error => error is FormatException or InvalidDataException);
    }

    private static void LoadAndScore(Dictionary<string, byte[]> files, string name, byte[] content)
    {
        using LorealModel model = TrainingRun.Load(new Dictionary<string, byte[]>(files) { [name] = content });
        float[] scores = TrainingRun.Score(model, 1);
        // Finite but absurd prompts may overflow on the way; the transformer refuses such scores.
        Assert.IsTrue(Math.Abs(scores.Sum() - 1) < 1e-4 || scores.Any(float.IsNaN), string.Join(' ', scores));
    }

    /// <summary>
    /// Whether it was thrown where no code of this package had a part: ML.NET reads its own header and schema, and answers damage there
    /// with errors of many types.
    /// </summary>
    private static bool IsMLNetsOwn(Exception error) => error is not OutOfMemoryException
        && Causes(error).SelectMany(cause => new StackTrace(cause).GetFrames()).All(
            frame => frame.GetMethod()?.DeclaringType?.Assembly != typeof(LorealTransformer).Assembly);

    private static IEnumerable<Exception> Causes(Exception error)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
