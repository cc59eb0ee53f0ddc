using System.IO.Compression;
using System.Reflection;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>A trained model needs its backbone's folder no more, and is loaded from wherever it was saved.</summary>
[TestClass]
public sealed class BackboneFileTests
{
    private static int _seed = 2000;

    // Weights that are not kept in memory.
    private static readonly ClipConfig _large = TinyClip.Config with { VisionWidth = 448, VisionHeads = 7 };

    [TestMethod]
    [DataRow("deleted", false)]
    [DataRow("deleted", true)]
    [DataRow("moved", true)]
    [DataRow("replaced", true)]
    [DataRow("overwritten", false)]
    public void ATrainedModelNeedsNoFolder(string change, bool large)
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        LorealTrainer.Options options = Options(folder["backbone"], large);
        using LorealTransformer trained = ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
        string weights = Path.Combine(folder["backbone"], "model.safetensors");
        switch (change)
        {
            case "deleted":
                Directory.Delete(folder["backbone"], recursive: true);
                break;
            case "moved":
                Directory.Move(folder["backbone"], folder["elsewhere"]);
                break;
            case "replaced":
                TinyClip.Write(folder["other"], seed: ++_seed, config: _large);
                File.Move(Path.Combine(folder["other"], "model.safetensors"), weights, overwrite: true);
                break;
            default:
                File.WriteAllBytes(weights, new byte[1000]);
                break;
        }

        AssertSaved(trained, folder);
        using (LorealTransformer reduced = trained.WithPrecision(ComputePrecision.BFloat16))
        {
            AssertSaved(reduced, folder);
        }

        using (LorealTransformer other = trained.WithClasses(["house", "tree", "dog"]))
        {
            AssertSaved(other, folder);
        }

        options.StandardStudent = trained;
        options.Seed = 8;
        using (LorealTransformer later = ml.MulticlassClassification.Trainers.Loreal(options).Fit(data))
        {
            AssertSaved(later, folder);
        }
    }

    [TestMethod]
    public void AStudentAndItsTeacherNeedNoFolder()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        LorealTrainer.Options options = Options(folder["teacher"], large: true);
        options.Attributes = null;
        options.LowResolution = _large.ImageResolution;
        using LorealTransformer teacher = ml.MulticlassClassification.Trainers.Loreal(options).Fit(Trained.Prepared(ml));
        var student = new PromptKDTrainer.Options
        {
            Teacher = teacher,
            Backbone = TinyClip.Write(folder["student"], seed: ++_seed, config: _large),
            Stage = new TrainingStageOptions { Epochs = 1, BatchSize = 5 },
            LowResolution = 2 * TinyClip.Patch,
            Seed = 7,
        };
        Directory.Delete(folder["teacher"], recursive: true);
        Directory.Delete(folder["student"], recursive: true);

        using PromptKDTransformer taught = ml.MulticlassClassification.Trainers.PromptKD(student).Fit(PromptKD.Taught.Unlabeled(ml));

        AssertSaved(taught, folder);
        using PromptKDTransformer some = taught.WithClasses([.. taught.TeacherClassNames.Take(2)]);
        using PromptKDTransformer reduced = some.WithPrecision(ComputePrecision.BFloat16);
        AssertSaved(reduced, folder);
    }

    [TestMethod]
    public void AModelWithoutItsWeightsIsNotSaved()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        using LorealTransformer trained =
            ml.MulticlassClassification.Trainers.Loreal(Options(folder["backbone"], large: true)).Fit(data);
        string weights = Path.Combine(folder["backbone"], "model.safetensors");
        byte[] content = File.ReadAllBytes(weights);
        DateTime written = File.GetLastWriteTimeUtc(weights);
        byte[] others = [.. content[..^4], 0, 0, 0, 0];
        File.WriteAllBytes(weights, others);
        File.SetLastWriteTimeUtc(weights, written);

        using var saved = new MemoryStream();
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => ml.Model.Save(trained, data.Schema, saved));
        StringAssert.Contains(error.Message, $"'{weights}' was overwritten");
        StringAssert.Contains(error.Message, trained.Backbone.Sha256);
        using (var archive = new ZipArchive(saved))
        {
            Assert.DoesNotContain(entry => entry.Name == "loreal.json", archive.Entries);
        }

        File.WriteAllBytes(weights, others);
        Assert.ThrowsExactly<InvalidDataException>(() => trained.WithPrecision(ComputePrecision.BFloat16));
        using LorealTransformer classes = trained.WithClasses(["house", "tree"]);
        Assert.ThrowsExactly<InvalidDataException>(() => ml.Model.Save(classes, data.Schema, new MemoryStream()));

        File.WriteAllBytes(folder["again"], content);
        File.Move(folder["again"], weights, overwrite: true);
        AssertSaved(trained, folder);
    }

    [TestMethod]
    public void WeightsOverwrittenBeforeTrainingAreRefused()
    {
        using var folder = new TemporaryFolder();
        LorealTrainer.Options options = Options(folder["backbone"], large: true);
        string weights = Path.Combine(folder["backbone"], "model.safetensors");
        File.AppendAllText(weights, " ");

        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(
            () => new MLContext(1).MulticlassClassification.Trainers.Loreal(options).Fit(Trained.Prepared(new MLContext(1))));
        StringAssert.Contains(error.Message, "Open it again");
    }

    [TestMethod]
    public void LargeWeightsAreLoadedWithoutACopyAndLeaveNoFiles()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1) { TempFilePath = Directory.CreateDirectory(folder["temporary"]).FullName };
        IDataView data = Trained.Prepared(ml);
        using LorealTransformer trained =
            ml.MulticlassClassification.Trainers.Loreal(Options(folder["backbone"], large: true)).Fit(data);
        long length = new FileInfo(Path.Combine(folder["backbone"], "model.safetensors")).Length;
        Assert.IsGreaterThan(FileContent.MostInMemory, length);
        ml.Model.Save(trained, data.Schema, folder["first.zip"]);

        long before = GC.GetTotalAllocatedBytes();
        using LorealTransformer loaded = Load(ml, folder["first.zip"]);
        Assert.IsLessThan(length, GC.GetTotalAllocatedBytes() - before);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder["temporary"]));
        using LorealTransformer second = Load(ml, folder["first.zip"]);
        Assert.AreSame(loaded.Backbone, second.Backbone);
        Assert.AreSame(trained.Model.Clip.Model, second.Model.Clip.Model);

        ml.Model.Save(loaded, data.Schema, folder["second.zip"]);
        using LorealTransformer again = Load(ml, folder["second.zip"]);
        ml.Model.Save(again, data.Schema, folder["third.zip"]);
        AssertSameEntries(folder["first.zip"], folder["second.zip"]);
        AssertSameEntries(folder["first.zip"], folder["third.zip"]);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder["temporary"]));
    }

    [TestMethod]
    public void AFailedLoadLeavesNoFiles()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1) { TempFilePath = Directory.CreateDirectory(folder["temporary"]).FullName };
        IDataView data = Trained.Prepared(ml);
        using (LorealTransformer trained =
            ml.MulticlassClassification.Trainers.Loreal(Options(folder["backbone"], large: true)).Fit(data))
        {
            ml.Model.Save(trained, data.Schema, folder["model.zip"]);
        }

        byte[] zip = File.ReadAllBytes(folder["model.zip"]);
        foreach (string part in new[] { "Backbone/model.safetensors", "prompts.safetensors" })
        {
            File.WriteAllBytes(folder["damaged.zip"], SavedZip.Rewrite(zip, part, content => { content[^3] ^= 1; return content; }));

            StringAssert.Contains(LoadError(ml, folder["damaged.zip"]).Message, part);
            Assert.IsEmpty(Directory.GetFileSystemEntries(folder["temporary"]));
        }
    }

    [TestMethod]
    public void ADiskWithoutRoomForTheWeightsIsNamed()
    {
        using var folder = new TemporaryFolder();
        using var disk = Training.Checkpoints.SmallDisk.TryMount(folder["disk"], "4m");
        if (disk is null)
        {
            Assert.Inconclusive("A disk of a few megabytes can only be mounted by root on Linux.");
        }

        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        using LorealTransformer trained =
            ml.MulticlassClassification.Trainers.Loreal(Options(folder["backbone"], large: true)).Fit(data);
        ml.Model.Save(trained, data.Schema, folder["model.zip"]);
        ml.TempFilePath = folder["disk"];

        Exception error = LoadError(ml, folder["model.zip"]);

        Assert.IsInstanceOfType<InvalidDataException>(error, error.ToString());
        StringAssert.Contains(error.Message, $"{new FileInfo(Path.Combine(folder["backbone"], "model.safetensors")).Length} bytes");
        StringAssert.Contains(error.Message, $"'{folder["disk"]}'");
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder["disk"]));
    }

    private static LorealTrainer.Options Options(string folder, bool large)
    {
        LorealTrainer.Options options = Trained.Options();
        options.Backbone = TinyClip.Write(folder, seed: ++_seed, config: large ? _large : TinyClip.Config);
        options.BaseStage = new TrainingStageOptions { Epochs = 1, BatchSize = 5 };
        options.DistillationStage = new TrainingStageOptions { Epochs = 1, BatchSize = 5 };
        options.ViewsPerImage = 1;
        return options;
    }

    /// <summary>Saves a model, loads it and compares the scores.</summary>
    private static void AssertSaved(ClipClassifierTransformer model, TemporaryFolder folder)
    {
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        ml.Model.Save(model, data.Schema, folder["model.zip"]);
        var loaded = (ClipClassifierTransformer)ml.Model.Load(folder["model.zip"], out _);
        using (loaded)
        {
            Assert.AreEqual(model.Backbone.Sha256, loaded.Backbone.Sha256);
            Assert.AreEqual(model.Precision, loaded.Precision);
            Rows.AssertIdentical(Rows.Scores(model.Transform(data)), Rows.Scores(loaded.Transform(data)));
        }
    }

    private static LorealTransformer Load(MLContext ml, string zip) => (LorealTransformer)ml.Model.Load(zip, out _);

    private static Exception LoadError(MLContext ml, string zip)
    {
        try
        {
            (ml.Model.Load(zip, out _) as IDisposable)?.Dispose();
        }
        catch (Exception error)
        {
            return error is TargetInvocationException { InnerException: { } inner } ? inner : error;
        }

        throw new AssertFailedException("The model was loaded.");
    }

    private static void AssertSameEntries(string expected, string actual)
    {
        using ZipArchive first = ZipFile.OpenRead(expected);
        using ZipArchive second = ZipFile.OpenRead(actual);
        CollectionAssert.AreEqual(Checksums(first), Checksums(second));

        static string[] Checksums(ZipArchive archive) =>
            [.. archive.Entries.Select(entry => $"{entry.FullName} {entry.Length} {entry.Crc32}")];
    }
}
