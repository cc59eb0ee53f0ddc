using System.Runtime.InteropServices;
using Microsoft.ML.Loreal.Tests.PromptKD;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Numbers;

/// <summary>What ComputePrecision.Auto chooses, and that only what it chose is known afterwards.</summary>
[TestClass]
public sealed class AutoPrecisionTests
{
    private static readonly ClipConfig _wide = TinyClip.Config with
    {
        VisionWidth = AutoPrecision.MinWidth,
        VisionHeads = AutoPrecision.MinWidth / 64,
        TextWidth = AutoPrecision.MinWidth,
        TextHeads = AutoPrecision.MinWidth / 64,
    };

    private readonly List<string> _messages = [];
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _ml = new(1);

    public AutoPrecisionTests() => _ml.Log += (_, message) => _messages.Add(message.RawMessage);

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    [DataRow(true, 0, 0, false, false)]
    [DataRow(true, 0, 1 << 4, false, false)] // AVX-VNNI
    [DataRow(true, 1 << 24, 0, false, false)] // AMX without these products
    [DataRow(true, 0, 1 << 5, true, false)]
    [DataRow(true, 1 << 22, 0, true, false)]
    [DataRow(true, 1 << 23, 0, false, true)]
    [DataRow(true, 0, 1 << 21, false, true)]
    [DataRow(true, (1 << 22) | (1 << 23), (1 << 5) | (1 << 21), true, true)]
    [DataRow(false, (1 << 22) | (1 << 23), (1 << 5) | (1 << 21), false, false)]
    public void AProcessorIsKnownByItsFeatures(bool wide, int edx, int eax, bool bfloat16, bool half) =>
        Assert.AreEqual(new NativeProducts(bfloat16, half), NativeProducts.OfX86(wide, edx, eax));

    [TestMethod]
    public void ThisProcessorIsSeenAsTheSystemSeesIt()
    {
        const string cpuInfo = "/proc/cpuinfo";
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64 || !File.Exists(cpuInfo))
        {
            Assert.Inconclusive("There is nothing to compare with here.");
        }

        string[] flags = File.ReadLines(cpuInfo).First(line => line.StartsWith("flags", StringComparison.Ordinal)).Split(' ');
        Assert.Contains("fpu", flags);
        Assert.AreEqual(
            new NativeProducts(
                flags.Contains("avx512_bf16") || flags.Contains("amx_bf16"), flags.Contains("avx512_fp16") || flags.Contains("amx_fp16")),
            NativeProducts.Processor);
    }

    [TestMethod]
    public void AGpuThatIsNotThereTellsNothing() => Assert.IsNull(CudaDriver.ComputeCapability(1000));

    [TestMethod]
    [DataRow(true, 768, 512, ComputePrecision.BFloat16, "natively")]
    [DataRow(true, AutoPrecision.MinWidth, AutoPrecision.MinWidth, ComputePrecision.BFloat16, "natively")]
    [DataRow(true, AutoPrecision.MinWidth - 64, 512, ComputePrecision.Single, "wide")]
    [DataRow(true, 768, AutoPrecision.MinWidth - 64, ComputePrecision.Single, "wide")]
    [DataRow(false, 768, 512, ComputePrecision.Single, "natively")]
    public void ItGoesByTheProcessorAndTheNarrowerTower(
        bool native, int visionWidth, int textWidth, ComputePrecision expected, string reason)
    {
        // Half precision is never chosen.
        using var processor = new AnotherProcessor(native, half: true);
        ClipConfig config = TinyClip.Config with { VisionWidth = visionWidth, TextWidth = textWidth };
        Assert.AreEqual(expected, AutoPrecision.Resolve(ComputePrecision.Auto, config, CPU, _messages.Add));
        StringAssert.StartsWith(_messages.Single(), $"Precision Auto: {expected} (");
        StringAssert.Contains(_messages[0], reason);
    }

    [TestMethod]
    [DataRow(ComputePrecision.Single)]
    [DataRow(ComputePrecision.BFloat16)]
    [DataRow(ComputePrecision.Half)]
    public void WhatWasAskedForIsKept(ComputePrecision precision)
    {
        using var processor = new AnotherProcessor(bfloat16: false, half: false);
        Assert.AreEqual(precision, AutoPrecision.Resolve(precision, _wide, CPU, _messages.Add));
        Assert.IsEmpty(_messages);
    }

    [TestMethod]
    public void ASavedPrecisionThatMayBeSlowHereIsToldOf()
    {
        foreach (bool native in new[] { true, false })
        {
            using var processor = new AnotherProcessor(native, half: false);
            Assert.AreEqual(ComputePrecision.BFloat16, PrecisionSupport.OrSingle(ComputePrecision.BFloat16, CPU, _messages.Add));
            Assert.AreEqual(ComputePrecision.Single, PrecisionSupport.OrSingle(ComputePrecision.Single, CPU, _messages.Add));
            Assert.HasCount(native ? 0 : 1, _messages);
        }

        StringAssert.Contains(_messages[0], "WithPrecision(ComputePrecision.Auto)");
    }

    [TestMethod]
    [DataRow(true, ComputePrecision.BFloat16)]
    [DataRow(false, ComputePrecision.Single)]
    public void ATrainingHasWhatWasChosen(bool native, ComputePrecision expected)
    {
        using var processor = new AnotherProcessor(native, half: false);
        IDataView data = Trained.Prepared(_ml);
        using LorealTransformer automatic = Fit(data, ComputePrecision.Auto);
        Assert.AreEqual(expected, automatic.Precision);
        StringAssert.Contains(Choices().Single(), $"Auto: {expected} (");
        using LorealTransformer asked = Fit(data, expected);
        Assert.HasCount(1, Choices());
        Rows.AssertIdentical(Rows.Scores(asked.Transform(data)), Rows.Scores(automatic.Transform(data)));

        _ml.Model.Save(automatic, data.Schema, _folder["automatic.zip"]);
        _ml.Model.Save(asked, data.Schema, _folder["asked.zip"]);
        using var loaded = (LorealTransformer)_ml.Model.Load(_folder["automatic.zip"], out _);
        using var loadedAsked = (LorealTransformer)_ml.Model.Load(_folder["asked.zip"], out _);
        Assert.AreEqual(expected, loaded.Precision);
        Assert.AreEqual(ModelDigest.Of(loadedAsked.Model), ModelDigest.Of(loaded.Model));
    }

    [TestMethod]
    public void ACheckpointGoesOnWhereTheChoiceIsTheSame()
    {
        string workspace = _folder["workspace"];
        int epochs = 0;
        IDataView data = Trained.Prepared(_ml);
        using (new AnotherProcessor(bfloat16: true, half: false))
        {
            Fit(data, ComputePrecision.Auto, workspace, _ => epochs++).Dispose();
            Assert.IsGreaterThan(0, epochs);
            epochs = 0;
            using LorealTransformer again = Fit(data, ComputePrecision.Auto, workspace, _ => epochs++);
            Assert.AreEqual(0, epochs);
            Assert.AreEqual(ComputePrecision.BFloat16, again.Precision);
        }

        using (new AnotherProcessor(bfloat16: false, half: false))
        {
            string message = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(data, ComputePrecision.Auto, workspace)).Message;
            StringAssert.Contains(message, "Precision is \"BFloat16\" in the checkpoint");
            using LorealTransformer asked = Fit(data, ComputePrecision.BFloat16, workspace, _ => epochs++);
            Assert.AreEqual(0, epochs);
        }
    }

    [TestMethod]
    public void NarrowTowersStayInSinglePrecision()
    {
        using var processor = new AnotherProcessor(bfloat16: true, half: true);
        LorealTrainer.Options options = Trained.Options();
        options.Device = "cpu";
        options.Precision = ComputePrecision.Auto;
        IDataView data = Trained.Prepared(_ml);
        using LorealTransformer model = _ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
        Assert.AreEqual(ComputePrecision.Single, model.Precision);
        StringAssert.Contains(Choices().Single(), $"{Trained.Backbone.Config.TextWidth} wide");
    }

    [TestMethod]
    public void ATrainedModelChoosesToo()
    {
        IDataView data = Trained.Prepared(_ml);
        using LorealTransformer single = Fit(data, ComputePrecision.Single);
        Assert.IsEmpty(Choices());
        using (new AnotherProcessor(bfloat16: true, half: false))
        {
            using LorealTransformer reduced = single.WithPrecision(ComputePrecision.Auto);
            Assert.AreEqual(ComputePrecision.BFloat16, reduced.Precision);
            StringAssert.Contains(Choices().Single(), "BFloat16");
        }

        using (new AnotherProcessor(bfloat16: false, half: false))
        {
            using LorealTransformer other = single.WithPrecision(ComputePrecision.Auto);
            Assert.AreEqual(ComputePrecision.Single, other.Precision);
            StringAssert.Contains(Choices()[1], "Single");
        }
    }

    [TestMethod]
    [DataRow(true, ComputePrecision.BFloat16, ComputePrecision.Single)]
    [DataRow(false, ComputePrecision.Single, ComputePrecision.BFloat16)]
    public void SoDoesPromptKD(bool native, ComputePrecision expected, ComputePrecision elsewhere)
    {
        PromptKDTrainer.Options options = Taught.Options();
        options.Device = "cpu";
        options.Backbone = Wide();
        options.WorkspacePath = _folder["workspace"];
        options.Precision = ComputePrecision.Auto;
        IDataView data = Taught.Unlabeled(_ml);
        PromptKDTrainer trainer = _ml.MulticlassClassification.Trainers.PromptKD(options);
        using (new AnotherProcessor(native, half: false))
        {
            using PromptKDTransformer model = trainer.Fit(data);
            Assert.AreEqual(expected, model.Precision);
            StringAssert.Contains(Choices().Single(), $"Auto: {expected} (");
            using PromptKDTransformer again = model.WithPrecision(ComputePrecision.Auto);
            Assert.AreEqual(expected, again.Precision);
            Assert.HasCount(2, Choices());
        }

        using (new AnotherProcessor(!native, half: false))
        {
            // The estimator itself still leaves it open.
            StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => trainer.Fit(data)).Message, "Precision is");
            StringAssert.Contains(Choices()[2], $"Auto: {elsewhere} (");
        }
    }

    private List<string> Choices() => [.. _messages.Where(message => message.Contains("Precision Auto", StringComparison.Ordinal))];

    private ClipBackbone Wide() => TinyClip.Write(_folder["backbone"], config: _wide);

    private LorealTransformer Fit(
        IDataView data, ComputePrecision precision, string? workspace = null, Action<TrainingMetrics>? onEpoch = null)
    {
        LorealTrainer.Options options = Trained.Options();
        options.Device = "cpu";
        options.Backbone = Wide();
        options.Precision = precision;
        options.WorkspacePath = workspace;
        options.MetricsCallback = onEpoch;
        return _ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
    }
}
