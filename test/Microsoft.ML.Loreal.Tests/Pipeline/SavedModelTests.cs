using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;

namespace Microsoft.ML.Loreal.Tests;

[TestClass]
public sealed class SavedModelTests
{
    [TestMethod]
    public void AFreshProcessGivesIdenticalScores()
    {
        using var folder = new TemporaryFolder();
        SaveModel(folder["model.zip"]);
        List<float[]> expected = Rows.Scores(Trained.Model.Transform(Trained.Data(new MLContext(1))));

        File.WriteAllLines(folder["names.txt"], Trained.Photos.Select(photo => photo.FileName));
        var start = new ProcessStartInfo(
            ScoringProcess.Host,
            [.. ScoringProcess.HostArguments, ScoringProcess.Verb, folder["model.zip"], folder["names.txt"], folder["scores.txt"]])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, errors + output.Result);
        Rows.AssertIdentical(expected, ScoringProcess.ReadScores(folder["scores.txt"]));
    }

    [TestMethod]
    public void TheArchiveHoldsPromptsAndBackbone()
    {
        using var folder = new TemporaryFolder();
        SaveModel(folder["model.zip"]);
        using ZipArchive archive = ZipFile.OpenRead(folder["model.zip"]);
        string[] names = [.. archive.Entries.Select(entry => entry.FullName.Replace('\\', '/'))];
        string[] parts =
        [
            "Model.key",
            "loreal.json",
            "prompts.safetensors",
            "Backbone/config.json",
            "Backbone/model.safetensors",
            "Backbone/vocab.json",
            "Backbone/merges.txt",
        ];
        foreach (string name in parts)
        {
            CollectionAssert.Contains(names, $"TransformerChain/Transform_002/{name}");
        }
    }

    [TestMethod]
    public void TransformersWithOtherClassesAndSettingsAreSavedToo()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        using LorealTransformer other = Trained.Loreal.WithClasses(["house", "tree", "dog", "cat"]);
        ml.Model.Save(other, data.Schema, folder["model.zip"]);
        var reloaded = (LorealTransformer)new MLContext(2).Model.Load(folder["model.zip"], out _);
        using (reloaded)
        {
            CollectionAssert.AreEqual(other.ClassNames.ToArray(), reloaded.ClassNames.ToArray());
            Assert.AreEqual(other.Resolution, reloaded.Resolution);
            Assert.AreEqual(other.Backbone.Sha256, reloaded.Backbone.Sha256);
            Rows.AssertIdentical(Rows.Scores(other.Transform(data)), Rows.Scores(reloaded.Transform(data)));

            // A reloaded model can be saved again.
            ml.Model.Save(reloaded, data.Schema, folder["again.zip"]);
            ITransformer again = ml.Model.Load(folder["again.zip"], out _);
            Rows.AssertIdentical(Rows.Scores(other.Transform(data)), Rows.Scores(again.Transform(data)));
            (again as IDisposable)?.Dispose();
        }
    }

    [TestMethod]
    [DataRow("loreal.json")]
    [DataRow("prompts.safetensors")]
    [DataRow("Backbone/config.json")]
    [DataRow("Backbone/model.safetensors")]
    [DataRow("Backbone/vocab.json")]
    public void ADamagedPartIsNamed(string part)
    {
        using var folder = new TemporaryFolder();
        SaveModel(folder["model.zip"]);
        byte[] saved = File.ReadAllBytes(folder["model.zip"]);
        foreach (Func<byte[], byte[]?> damage in new Func<byte[], byte[]?>[]
        {
            content => content[..(content.Length / 2)],
            content => [.. content, 0],
            content => { content[^3] ^= 1; return content; },
            _ => null,
        })
        {
            File.WriteAllBytes(folder["damaged.zip"], Rewrite(saved, part, damage));
            Exception error = LoadError(folder["damaged.zip"]);
            Assert.IsTrue(error is FormatException or InvalidDataException, error.ToString());
            StringAssert.Contains(error.Message, part);
        }
    }

    [TestMethod]
    public void ATruncatedArchiveOrDamagedSettingsAreRefused()
    {
        using var folder = new TemporaryFolder();
        SaveModel(folder["model.zip"]);
        byte[] whole = File.ReadAllBytes(folder["model.zip"]);
        File.WriteAllBytes(folder["truncated.zip"], whole[..(whole.Length / 2)]);
        Assert.IsTrue(LoadError(folder["truncated.zip"]) is FormatException or InvalidDataException);

        // The settings follow ML.NET's header: a length, JSON, a hash. Every byte of them counts; a few stand for all.
        const int Header = 256;
        int length = 0;
        _ = Rewrite(whole, "Model.key", content =>
        {
            length = sizeof(int) + BitConverter.ToInt32(content, Header) + 32;
            return content;
        });
        var random = new Random(2);
        for (int i = 0; i < 20; i++)
        {
            int position = Header + random.Next(length);
            File.WriteAllBytes(folder["damaged.zip"], Rewrite(whole, "Model.key", content => { content[position] ^= 4; return content; }));
            Exception error = LoadError(folder["damaged.zip"]);
            Assert.IsTrue(error is FormatException or InvalidDataException, $"byte {position}: {error}");
        }
    }

    private static void SaveModel(string path)
    {
        var ml = new MLContext(1);
        ml.Model.Save(Trained.Model, Trained.Data(ml).Schema, path);
    }

    private static Exception LoadError(string path) => TryLoad(path) ?? throw new AssertFailedException("The damaged model was loaded.");

    /// <summary>The error of loading, without what reflection puts around it.</summary>
    private static Exception? TryLoad(string path)
    {
        try
        {
            (new MLContext(3).Model.Load(path, out _) as IDisposable)?.Dispose();
            return null;
        }
        catch (Exception exception)
        {
            Exception error = exception;
            while (error is TargetInvocationException { InnerException: { } inner })
            {
                error = inner;
            }

            return error;
        }
    }

    private static byte[] Rewrite(byte[] zip, string part, Func<byte[], byte[]?> change) =>
        SavedZip.Rewrite(zip, $"Transform_002/{part}", change);
}
