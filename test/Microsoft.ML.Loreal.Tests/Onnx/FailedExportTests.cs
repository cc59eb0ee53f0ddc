using global::Onnx;
using Google.Protobuf;
using Microsoft.ML.Loreal.Tests.Training.Checkpoints;

namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>An export that fails in the middle leaves the files of the one before, bit for bit, and nothing else.</summary>
[TestClass]
public sealed class FailedExportTests
{
    private const string Full = "No space left on device";

    private readonly TemporaryFolder _folder = new();

    private string Target => _folder["model.onnx"];

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    [DataRow(false, ".onnx")]
    [DataRow(true, ".onnx")]
    [DataRow(true, ".data")]
    public void WhereTheDiskIsFull(bool externalWeights, string written)
    {
        IOException error = AssertLeavesTheFiles<IOException>(
            externalWeights, options => Write(options, written, () => throw new IOException(Full)));
        Assert.AreEqual(Full, error.Message);
    }

    [TestMethod]
    [DataRow(false, ".onnx")]
    [DataRow(true, ".onnx")]
    [DataRow(true, ".data")]
    public void WhereItIsCanceledWhileTheFileIsWritten(bool externalWeights, string written) =>
        AssertLeavesTheFiles<OperationCanceledException>(externalWeights, options =>
        {
            using var source = new CancellationTokenSource();
            options.CancellationToken = source.Token;
            Write(options, written, source.Cancel);
        });

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void OnADiskThatIsReallyFull(bool externalWeights)
    {
        using var disk = SmallDisk.TryMount(_folder["disk"], "1m");
        if (disk is null)
        {
            Assert.Inconclusive("A small disk can be mounted by root on Linux only.");
        }

        string path = _folder["disk/model.onnx"];
        File.WriteAllText(path, "what was there");
        disk.Fill(_folder["disk/filler"]);

        Assert.Throws<IOException>(
            () => Trained.Loreal.SaveAsOnnx(path, new OnnxExportOptions { ExternalWeights = externalWeights }));

        Assert.AreEqual("what was there", File.ReadAllText(path));
        Assert.HasCount(2, Directory.GetFiles(_folder["disk"]));
    }

    [TestMethod]
    public void AStreamThatTakesNoMoreGivesItsOwnException()
    {
        if (!File.Exists("/dev/full"))
        {
            Assert.Inconclusive("/dev/full is there on Linux only.");
        }

        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        Assert.Throws<IOException>(() => Trained.Loreal.SaveAsOnnx(full));
    }

    [TestMethod]
    public void AStreamEndsWhereItWasCanceled()
    {
        using var whole = new MemoryStream();
        Trained.Loreal.SaveAsOnnx(whole);
        using var source = new CancellationTokenSource();
        using var stream = new MemoryStream();
        using var watched = new WatchedStream(stream, source.Cancel);

        Assert.ThrowsExactly<OperationCanceledException>(
            () => Trained.Loreal.SaveAsOnnx(watched, new OnnxExportOptions { CancellationToken = source.Token }));

        Assert.IsInRange(1, whole.Length - 1, stream.Length);
        Assert.IsTrue(stream.CanWrite);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void AnInterruptionBetweenTheTwoFilesIsNoticed(bool inAPipeline)
    {
        var options = new OnnxExportOptions { ExternalWeights = true };
        Trained.Loreal.SaveAsOnnx(Target, options);
        using (LorealClassifier.Load(Target))
        {
        }

        ModelProto other = Trained.Loreal.Scorer.Model.ToOnnx(options);
        TensorProto largest = other.Graph.Initializer.MaxBy(tensor => tensor.RawData.Length)!;
        byte[] weights = largest.RawData.ToByteArray();
        weights[0] ^= 1;
        largest.RawData = ByteString.CopyFrom(weights);
        Directory.CreateDirectory(_folder["other"]);
        OnnxFile.Write(_folder["other/model.onnx"], other, options);
        File.Move(_folder["other/model.onnx.data"], Target + ".data", overwrite: true);

        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() =>
        {
            if (inAPipeline)
            {
                new MLContext().Transforms.ApplyLorealOnnx(Target);
            }
            else
            {
                LorealClassifier.Load(Target).Dispose();
            }
        });
        StringAssert.Contains(error.Message, "model.onnx.data");
        StringAssert.Contains(error.Message, "another export's");
    }

    /// <summary>Exports, with something that happens after the first bytes of a file are written.</summary>
    private void Write(OnnxExportOptions options, string written, Action then) => OnnxFile.Write(
        Target,
        Trained.Loreal.Scorer.Model.ToOnnx(options),
        options,
        create: path =>
        {
            var file = new FileStream(path, FileMode.CreateNew);
            return Path.GetFileName(path).Contains(written + ".", StringComparison.Ordinal) && (written == ".data" || !IsData(path))
                ? new WatchedStream(file, then)
                : file;
        });

    private static bool IsData(string path) => path.Contains(".data.", StringComparison.Ordinal);

    private T AssertLeavesTheFiles<T>(bool externalWeights, Action<OnnxExportOptions> export)
        where T : Exception
    {
        Trained.Loreal.SaveAsOnnx(Target, new OnnxExportOptions { ExternalWeights = externalWeights, Float16Weights = true });
        Dictionary<string, string> before = Files();
        T error = Assert.ThrowsExactly<T>(() => export(new OnnxExportOptions { ExternalWeights = externalWeights }));
        CollectionAssert.AreEquivalent(before, Files());
        using (LorealClassifier.Load(Target))
        {
        }

        return error;
    }

    private Dictionary<string, string> Files() => Directory.GetFiles(Path.GetDirectoryName(Target)!).ToDictionary(
        path => path, path => Convert.ToHexString(File.ReadAllBytes(path)));

    /// <summary>Something happens after the first write.</summary>
    private sealed class WatchedStream(Stream stream, Action then) : Stream
    {
        private bool _done;

        public override bool CanRead => false;

        public override bool CanSeek => stream.CanSeek;

        public override bool CanWrite => true;

        public override long Length => stream.Length;

        public override long Position
        {
            get => stream.Position;
            set => stream.Position = value;
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            stream.Write(buffer, offset, count);
            if (!_done)
            {
                _done = true;
                then();
            }
        }

        public override void Flush() => stream.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => stream.Seek(offset, origin);

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing) => stream.Dispose();
    }
}
