using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Training.Checkpoints;

[TestClass]
public sealed class CheckpointFileTests
{
    [TestMethod]
    public void WhatWasWrittenIsReadBack()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        var sums = new EpochSums { Total = 1 / 3.0, Losses = { ["some loss"] = 0.7 }, Correct = 5, Images = 9 };
        var position = new TrainingPosition(3, 7, 2, sums, 0.1, 4);
        using Checkpoint read = Written(folder["file"], position);
        Assert.AreEqual("""{"Seed":1,"ClassNames":["Ärzte"]}""", read.Configuration);
        Assert.AreEqual(position with { Sums = null }, read.Position with { Sums = null });
        Assert.AreEqual((1 / 3.0, 5, 9), (read.Position.Sums!.Total, read.Position.Sums.Correct, read.Position.Sums.Images));
        Assert.AreEqual(new KeyValuePair<string, double>("some loss", 0.7), read.Position.Sums.Losses.Single());
        CollectionAssert.AreEqual(new[] { 1f, 2, 3, 4, 5, 6 }, read.Tensors["a"].data<float>().ToArray());
        CollectionAssert.AreEqual(new long[] { 2, 3 }, read.Tensors["a"].shape);
        Assert.AreEqual(41L, read.Tensors["step"].item<long>());
    }

    /// <summary>Before the losses had names a file had LOREAL's four; PromptKD kept its own in the places of HLD and LLD.</summary>
    [TestMethod]
    [DataRow("""{"Total":9.5,"CrossEntropy":2,"HighLevel":0,"LowLevel":0,"Bridge":0,"Correct":5,"Images":8}""", "cross-entropy 2")]
    [DataRow(
        """{"Total":9.5,"CrossEntropy":2,"HighLevel":3,"LowLevel":4,"Bridge":0.5,"Correct":5,"Images":8}""",
        "cross-entropy 2, high-level distillation 3, low-level distillation 4, bridge distillation 0.5")]
    [DataRow(
        """{"Total":9.5,"CrossEntropy":0,"HighLevel":3,"LowLevel":4,"Bridge":0,"Correct":5,"Images":8}""",
        "distillation 3, similarity difference 4")]
    [DataRow("""{"Total":9.5,"CrossEntropy":0,"HighLevel":3,"LowLevel":0,"Bridge":0,"Correct":5,"Images":8}""", "distillation 3")]
    public void SumsOfLossesWithoutNamesAreRead(string sums, string expected)
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        string file = Path.Combine(folder.Path, "file");
        string position = $$"""{"Stage":1,"Epoch":7,"Step":2,"Sums":{{sums}},"Best":null,"Waited":0,"Done":false}""";
        Write(file, """{"Seed":1}""", position);
        using var read = Checkpoint.Read(file);
        EpochSums found = read.Position.Sums!;
        Assert.AreEqual((9.5, 5, 8), (found.Total, found.Correct, found.Images));
        Assert.AreEqual(expected, Text(found));

        using var goingOn = new RunningSums(CPU, found);
        Assert.AreEqual(expected, Text(goingOn.Read()));

        static string Text(EpochSums sums) =>
            string.Join(", ", sums.Losses.Select(loss => string.Create(CultureInfo.InvariantCulture, $"{loss.Key} {loss.Value}")));
    }

    [TestMethod]
    public void DamagedFilesAreRefused()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        string path = folder["file"];
        Written(path, new TrainingPosition(1, 2)).Dispose();
        byte[] good = File.ReadAllBytes(path);
        var random = new Random(11);
        for (int i = 0; i < 400; i++)
        {
            byte[] bad = i % 4 == 0 ? good[..random.Next(good.Length)] : [.. good];
            if (bad.Length == good.Length)
            {
                bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            }

            File.WriteAllBytes(path, bad);
            InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => Checkpoint.Read(path).Dispose(), $"mutation {i}");
            StringAssert.Contains(error.Message, path);
            StringAssert.Contains(error.Message, "Delete it");
        }
    }

    [TestMethod]
    public void AnotherFormatIsRefused()
    {
        using var folder = new TemporaryFolder();
        using (DisposeScope scope = NewDisposeScope())
        {
            SafetensorsWriter.Write(folder["file"], [("a", zeros([2]))], new Dictionary<string, string> { ["loreal.checkpoint"] = "99" });
        }

        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Checkpoint.Read(folder["file"])).Message, "format is 99");
    }

    [TestMethod]
    public void WhateverFailsWhileWritingTheOldFileStays()
    {
        using var folder = new TemporaryFolder();
        using var workspace = WorkspaceFolder.Open(folder.Path);
        workspace.Write("file", stream => stream.Write("old"u8));
        Assert.ThrowsExactly<TimeoutException>(() => workspace.Write("file", stream =>
        {
            stream.Write("half of the new"u8);
            throw new TimeoutException();
        }));
        Assert.AreEqual("old", File.ReadAllText(workspace.File("file")));
        CollectionAssert.AreEquivalent(new[] { "file", "in-use.lock" }, Names(folder));

        // What a killed process leaves behind is in nobody's way.
        File.WriteAllText(workspace.File("file.tmp"), "half of something else that was longer than what comes");
        workspace.Write("file", stream => stream.Write("new"u8));
        Assert.AreEqual("new", File.ReadAllText(workspace.File("file")));
        CollectionAssert.AreEquivalent(new[] { "file", "in-use.lock" }, Names(folder));
    }

    [TestMethod]
    public void OneTrainingAtATimeUsesAFolder()
    {
        using var folder = new TemporaryFolder();
        using (WorkspaceFolder.Open(folder["new"]))
        {
            InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(() => WorkspaceFolder.Open(folder["new"]));
            StringAssert.Contains(error.Message, folder["new"]);
            StringAssert.Contains(error.Message, "WorkspacePath");
        }

        WorkspaceFolder.Open(folder["new"]).Dispose();
    }

    [TestMethod]
    public void AnotherConfigurationIsRefusedWithItsDifferences()
    {
        string saved = Described(1, """["color","shape"]""", """{"Epochs":5,"LearningRate":0.002}""", "null", """["a","b"]""");
        TrainingConfiguration.CheckSame(saved, saved, "file");
        AssertDifference(
            Described(2, """["color","shape"]""", """{"Epochs":5,"LearningRate":0.002}""", "null", """["a","b"]"""),
            "Seed is 1 in the checkpoint and 2 now");
        AssertDifference(
            Described(1, "null", """{"Epochs":5,"LearningRate":0.01}""", """{"Patience":3}""", """["a","b"]"""),
            "Attributes is [\"color\",\"shape\"] in the checkpoint and nothing now",
            "BaseStage.LearningRate is 0.002 in the checkpoint and 0.01 now",
            "EarlyStopping is nothing in the checkpoint and {\"Patience\":3} now");
        AssertDifference(
            Described(1, """["color"]""", """{"Epochs":5,"LearningRate":0.002}""", "null", """["a","c"]"""),
            "Attributes[1] is \"shape\" in the checkpoint and nothing now",
            "ClassNames[1] is \"b\" in the checkpoint and \"c\" now");
        AssertDifference(Described(9, """["1","2"]""", """{"Epochs":6,"LearningRate":1}""", "null", """["x","y"]"""), "and 2 more");

        static string Described(int seed, string attributes, string baseStage, string earlyStopping, string classNames) =>
            $$"""
            {
              "Seed": {{seed}}, "Attributes": {{attributes}}, "BaseStage": {{baseStage}},
              "EarlyStopping": {{earlyStopping}}, "ClassNames": {{classNames}}
            }
            """;

        void AssertDifference(string current, params string[] texts)
        {
            InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(
                () => TrainingConfiguration.CheckSame(saved, current, "file"));
            foreach (string text in texts)
            {
                StringAssert.Contains(error.Message, text);
            }
        }
    }

    /// <summary>A file with one tensor and a position as text, with the digest that its format asks for.</summary>
    private static void Write(string path, string configuration, string position)
    {
        Tensor tensor = zeros([1], dtype: float32);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[][] parts =
        [
            Encoding.UTF8.GetBytes(configuration),
            Encoding.UTF8.GetBytes(position),
            Encoding.UTF8.GetBytes("a"),
            [(byte)tensor.dtype],
            BitConverter.GetBytes(1L),
            tensor.bytes.ToArray(),
        ];
        foreach (byte[] part in parts)
        {
            hash.AppendData(BitConverter.GetBytes(part.Length));
            hash.AppendData(part);
        }

        using FileStream stream = File.Create(path);
        SafetensorsWriter.Write(stream, [("a", tensor)], new Dictionary<string, string>
        {
            ["loreal.checkpoint"] = "1",
            ["configuration"] = configuration,
            ["position"] = position,
            ["sha256"] = Convert.ToHexStringLower(hash.GetHashAndReset()),
        });
    }

    private static Checkpoint Written(string path, TrainingPosition position)
    {
        var tensors = new Dictionary<string, Tensor> { ["a"] = tensor([1f, 2, 3, 4, 5, 6]).reshape(2, 3), ["step"] = tensor(41L) };
        using (FileStream stream = File.Create(path))
        {
            new Checkpoint("""{"Seed":1,"ClassNames":["Ärzte"]}""", position, tensors).Write(stream);
        }

        return Checkpoint.Read(path);
    }

    private static string[] Names(TemporaryFolder folder) => [.. Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName)!];
}
