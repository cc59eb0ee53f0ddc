using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Training.Features;

/// <summary>Encoded views in files: the numbers are those in memory, and no file is taken for what it is not.</summary>
[TestClass]
public sealed class FeatureFileTests
{
    private static readonly PromptMethod[] _methods = [PromptMethod.CoOp(4), PromptMethod.Mma(scale: 0.5f)];

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void FilesAndMemoryGiveTheSameModel(int method)
    {
        using var folder = new TemporaryFolder();
        Dictionary<string, byte[]> inMemory = Train(Options(method));
        LorealTrainer.Options mapped = Options(method);
        mapped.FeatureCacheMegabytes = 0;
        AssertSame(inMemory, Train(mapped));
        LorealTrainer.Options kept = Options(method, folder);
        kept.FeatureCacheMegabytes = 0;
        AssertSame(inMemory, Train(kept));
        Assert.HasCount(2, Files(folder));

        // The second time nothing is encoded, into memory or not.
        AssertSame(inMemory, Train(kept, Unreadable));
        kept.FeatureCacheMegabytes = 1;
        AssertSame(inMemory, Train(kept, Unreadable));
    }

    [TestMethod]
    public void EpochsWithViewsOfTheirOwnAreTheSameInFiles()
    {
        LorealTrainer.Options options = Options(0);
        options.ViewsPerImage = 0;
        Dictionary<string, byte[]> inMemory = Train(options);
        options.FeatureCacheMegabytes = 0;
        using var folder = new TemporaryFolder();
        options.FeatureCachePath = folder.Path;
        AssertSame(inMemory, Train(options));
        Assert.IsEmpty(Files(folder));
    }

    [TestMethod]
    public void AnotherLowResolutionEncodesTheStandardOneNoMore()
    {
        using var folder = new TemporaryFolder();
        LorealTrainer.Options options = Untrained(folder);
        Train(options);
        string[] first = Files(folder);
        DateTime[] written = Array.ConvertAll(first, File.GetLastWriteTimeUtc);
        options.LowResolution = 24;
        Train(options);
        Assert.HasCount(3, Files(folder));
        CollectionAssert.AreEqual(written, Array.ConvertAll(first, File.GetLastWriteTimeUtc));
        Train(options, Unreadable);
    }

    [TestMethod]
    public void OtherViewsAreEncoded()
    {
        using var folder = new TemporaryFolder();
        Train(Untrained(folder));
        var others = new List<(Action<LorealTrainer.Options> Change, int Seed, string Images)>
        {
            (o => o.ViewsPerImage = 3, 3, "some"),
            (o => o.MinimumCropArea = 0.6f, 3, "some"),
            (_ => { }, 4, "some"),
            (_ => { }, 3, "others"),
            (o => o.Method = PromptMethod.CoOp(3), 3, "some"),
            (o => o.Precision = ComputePrecision.BFloat16, 3, "some"),
        };
        for (int i = 0; i < others.Count; i++)
        {
            LorealTrainer.Options options = Untrained(folder);
            others[i].Change(options);
            Train(options, new GeneratedImages(TrainingRun.Names.Length, 6) { Identity = others[i].Images }, others[i].Seed);
            Assert.HasCount(4 + (2 * i), Files(folder));
        }
    }

    [TestMethod]
    public void DamagedFilesAreWrittenAnew()
    {
        using var folder = new TemporaryFolder();
        LorealTrainer.Options options = Untrained(folder);
        Train(options);
        string[] files = Files(folder);
        byte[][] contents = Array.ConvertAll(files, File.ReadAllBytes);
        foreach (Func<byte[], byte[]> damage in new Func<byte[], byte[]>[]
        {
            content => content[..^4],
            content => content[..4096],
            content => content[..100],
            _ => [],
            content => [.. content, 0, 0, 0, 0],
            content => With(content, content.Length - 1, 1),
            content => With(content, 4096, 128),
            content => With(content, 0, 1),
            content => With(content, 8, 1),
            content => With(content, 16, 1),
            content => With(content, 23, 128),
            content => With(content, 24, 1),
            content => With(content, 70, 1),
        })
        {
            for (int i = 0; i < files.Length; i++)
            {
                File.WriteAllBytes(files[i], damage(contents[i]));
            }

            Train(options);
            for (int i = 0; i < files.Length; i++)
            {
                CollectionAssert.AreEqual(contents[i], File.ReadAllBytes(files[i]));
            }
        }
    }

    [TestMethod]
    public void AHalfWrittenFileIsNotTakenForAWholeOne()
    {
        using var folder = new TemporaryFolder();
        LorealTrainer.Options options = Options(0, folder);
        Dictionary<string, byte[]> expected = Train(options);
        foreach (string file in Files(folder))
        {
            // What a process that was killed just before the last step leaves behind.
            File.Move(file, file + ".tmp");
        }

        bool read = false;
        var images = new GeneratedImages(TrainingRun.Names.Length, 6) { Identity = "some", OnLoad = _ => read = true };
        AssertSame(expected, Train(options, images));
        Assert.IsTrue(read);
        Assert.HasCount(2, Files(folder));
        Assert.IsEmpty(Directory.GetFiles(folder.Path, "*.tmp"));
    }

    [TestMethod]
    public void AFailureWhileEncodingLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        LorealTrainer.Options options = Untrained(folder);
        var failing = new GeneratedImages(TrainingRun.Names.Length, 6) { Identity = "some", OnLoad = i => Assert.AreNotEqual(20, i) };
        Assert.ThrowsExactly<AssertFailedException>(() => Train(options, failing));
        Assert.IsEmpty(Directory.GetFiles(folder.Path));
    }

    /// <summary>Two trainings at once: the one that comes second keeps its views elsewhere.</summary>
    [TestMethod]
    public void AFileThatAnotherIsWritingIsLeftToIt()
    {
        using var folder = new TemporaryFolder();
        LorealTrainer.Options options = Options(0, folder);
        Dictionary<string, byte[]> expected = Train(options);
        string[] files = Files(folder);
        FileStream[] writing = Array.ConvertAll(
            files, file => new FileStream(file + ".tmp", FileMode.Create, FileAccess.Write, FileShare.None));
        try
        {
            Array.ForEach(files, File.Delete);
            AssertSame(expected, Train(options));
            Assert.IsEmpty(Files(folder));
        }
        finally
        {
            Array.ForEach(writing, stream => stream.Dispose());
        }
    }

    [TestMethod]
    public void AWorkspaceKeepsViewsUntilTheTrainingIsComplete()
    {
        using var folder = new TemporaryFolder();
        LorealTrainer.Options options = Options(0);
        options.WorkspacePath = folder.Path;
        using var cancel = new CancellationTokenSource();
        Assert.ThrowsExactly<OperationCanceledException>(
            () => TrainingRun.Fit(options, images: Images, onEpoch: _ => cancel.Cancel(), cancel: cancel.Token).Dispose());
        Assert.HasCount(2, Files(folder));
        Dictionary<string, byte[]> resumed = Train(options, Unreadable);
        Assert.IsEmpty(Files(folder));
        AssertSame(Train(Options(0)), resumed);
    }

    [TestMethod]
    public void RowsOfAFileAreThoseThatWereWritten()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = RandomTensors.Normal(new Random(2), 1, CPU, 700, 5);
        var storage = new FeatureStorage(0, null, CPU);
        using FeatureWriter writer = storage.Write(null, 700);
        for (int first = 0; first < 700; first += 100)
        {
            writer.Add(values.narrow(0, first, 100));
        }

        using FeatureRows rows = writer.Complete();
        Assert.IsInstanceOfType<MappedFeatureRows>(rows);
        Assert.AreEqual(700, rows.Count);
        long[] some = [699, 0, 3, 3, 512];
        AssertSame(values.index_select(0, tensor(some)), rows.Rows(some));
        AssertSame(values.narrow(0, 255, 300), rows.Range(255, 300));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => rows.Rows([700]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => rows.Rows([-1]));
    }

    [TestMethod]
    public void RowsAboveTheLimitTakeNoMemory()
    {
        const int Chunks = 128;
        if (!File.Exists("/proc/self/status"))
        {
            Assert.Inconclusive("This system does not tell how much memory is the process's own.");
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor chunk = RandomTensors.Normal(new Random(1), 1, CPU, 64, 4096); // 1 MB
        var storage = new FeatureStorage(64 << 20, null, CPU);
        using FeatureWriter writer = storage.Write(null, 64 * Chunks);
        writer.Add(chunk);
        long before = OwnMemory();
        for (int i = 1; i < Chunks; i++)
        {
            writer.Add(chunk);
        }

        using FeatureRows rows = writer.Complete();
        Assert.IsInstanceOfType<MappedFeatureRows>(rows);
        for (int i = 0; i < Chunks; i++)
        {
            using DisposeScope step = NewDisposeScope();
            AssertSame(chunk, rows.Range(64 * i, 64));
        }

        Assert.IsLessThan(32 << 20, OwnMemory() - before);
    }

    private static GeneratedImages Images => new(TrainingRun.Names.Length, 6) { Identity = "some" };

    private static GeneratedImages Unreadable =>
        new(TrainingRun.Names.Length, 6) { Identity = "some", OnLoad = _ => Assert.Fail("An image was read.") };

    private static LorealTrainer.Options Options(int method, TemporaryFolder? folder = null)
    {
        LorealTrainer.Options options = TrainingRun.Options();
        options.Method = _methods[method];
        options.BaseStage = TrainingRun.Stage(2, 0.02);
        options.DistillationStage = TrainingRun.Stage(2, 0.01);
        options.FeatureCachePath = folder?.Path;
        return options;
    }

    /// <summary>Views are encoded and nothing is learned from them.</summary>
    private static LorealTrainer.Options Untrained(TemporaryFolder folder)
    {
        LorealTrainer.Options options = Options(0, folder);
        options.BaseStage!.Epochs = 0;
        options.DistillationStage.Epochs = 0;
        return options;
    }

    private static Dictionary<string, byte[]> Train(LorealTrainer.Options options, GeneratedImages? images = null, int seed = 3)
    {
        using LorealModel model = TrainingRun.Fit(options, seed, images ?? Images);
        return TrainingRun.Save(model);
    }

    private static string[] Files(TemporaryFolder folder) =>
        [.. Directory.GetFiles(folder.Path, "loreal-views-*.bin").Order(StringComparer.Ordinal)];

    private static void AssertSame(Dictionary<string, byte[]> expected, Dictionary<string, byte[]> actual)
    {
        Assert.HasCount(expected.Count, actual);
        foreach ((string name, byte[] content) in expected)
        {
            CollectionAssert.AreEqual(content, actual[name], name);
        }
    }

    private static void AssertSame(Tensor expected, Tensor actual) =>
        Assert.IsTrue(expected.contiguous().bytes.SequenceEqual(actual.contiguous().bytes));

    private static byte[] With(byte[] content, int at, byte flip)
    {
        byte[] copy = [.. content];
        copy[at] ^= flip;
        return copy;
    }

    /// <summary>The memory in bytes that is neither a file's nor shared.</summary>
    private static long OwnMemory() =>
        1024
            * long.Parse(
                File.ReadLines("/proc/self/status").Single(
                    line => line.StartsWith("RssAnon:", StringComparison.Ordinal)).Split((char[]?)null,
                    StringSplitOptions.RemoveEmptyEntries)[1],
                CultureInfo.InvariantCulture);
}
