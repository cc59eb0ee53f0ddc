using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Loreal.Tests.PromptKD;
using TorchSharp;

namespace Microsoft.ML.Loreal.Tests.Training.Checkpoints;

/// <summary>The texts that tell trainings apart, to the byte: files of earlier versions of the package go on with them.</summary>
[TestClass]
public sealed class TrainingDescriptionTests
{
    [TestMethod]
    public void OfLoreal()
    {
        using var folder = new TemporaryFolder();
        LorealTrainer.Options options = Trained.Options();
        options.WorkspacePath = folder["workspace"];
        options.BaseStage = null;
        options.Method = PromptMethod.Mma(1, 2, 4);
        options.Attributes = null;
        options.ValidationFraction = 0.25f;
        options.EarlyStopping = new EarlyStoppingOptions { Metric = EarlyStoppingMetric.Loss, MinimumImprovement = 0.01 };
        var ml = new MLContext(1);
        ml.MulticlassClassification.Trainers.Loreal(options).Fit(Trained.Prepared(ml)).Dispose();
        string description = Description(folder);
        Assert.AreEqual(
            $$"""
            {"Seed":7,"Precision":null,"ClassNames":["red","green","blue"],
            "Images":{"Count":15,"Sha256":"{{Digest(description)}}"},"ValidationSet":null,"ValidationFraction":0.25,
            "Backbone":"{{Trained.Backbone.Identity}}","LowResolution":16,"TrainResolution":16,
            "Method":{"name":"MMA","firstLayer":1,"lastLayer":2,"adapterWidth":4,"scale":0.001,"template":"a photo of a {}."},
            "Attributes":null,"TokensPerAttribute":2,"HiddenWidth":8,"MetaNetInitialization":"Default","Bridge":"Aligned",
            "Lambda1":1,"Lambda2":2,"BridgeWeight":0.1,"Temperature":1,"MixMaximum":1,"MixStart":0,"StandardStudent":null,
            "BaseStage":{"Epochs":5,"BatchSize":16,"Optimizer":"Sgd","LearningRate":0.0015,
            "WeightDecay":0.0005,"WarmupEpochs":0,"WarmupLearningRate":1E-05},
            "DistillationStage":{"Epochs":2,"BatchSize":5,"Optimizer":"Sgd","LearningRate":0.002,
            "WeightDecay":0.0005,"WarmupEpochs":1,"WarmupLearningRate":1E-05},
            "EarlyStopping":{"Metric":"Loss","Patience":10,"MinimumImprovement":0.01},"ViewsPerImage":2,"MinimumCropArea":0.08}
            """.ReplaceLineEndings(""),
            description);
    }

    [TestMethod]
    public void OfPromptKDAndOfItsRegionTable()
    {
        using var folder = new TemporaryFolder();
        PromptKDTrainer.Options options = Taught.Options();
        options.WorkspacePath = folder["workspace"];
        options.Stage.Epochs = 1;
        options.Regions = new RegionTableOptions { FolderPath = folder["tables"], Seed = 3 };
        Taught.Fit(options).Dispose();
        string description = Description(folder);
        using var teacher = PromptKDTeacher.Of(Taught.Teacher.Model, Taught.Teacher.ClassNames);
        Assert.AreEqual(
            $$$"""
            {"Seed":7,"Precision":null,"Images":{"Count":15,"Sha256":"{{{Digest(description)}}}"},
            "Teacher":"{{{ModelDigest.Of(Taught.Teacher.Model)}}}","ClassNames":["red","green","blue"],
            "Backbone":"{{{Taught.StudentBackbone.Identity}}}","LowResolution":32,"PromptTokens":2,"PromptDepth":null,"Temperature":1,
            "DistillationWeight":100,"NegativePromptWeight":0,
            "Stage":{"Epochs":1,"BatchSize":5,"Optimizer":"Sgd","LearningRate":0.01,
            "WeightDecay":0.0005,"WarmupEpochs":0,"WarmupLearningRate":1E-05},
            "ViewsPerImage":2,"MinimumCropArea":0.5,"Regions":{"LabelsKept":10,"Sparsification":"MarginalSmoothing","Seed":3}}
            """.ReplaceLineEndings(""),
            description);

        string table = $$"""
            {"Teacher":"{{teacher.Digest}}","Images":"{{Digest(description)}}",
            "ViewsPerImage":2,"MinimumCropArea":0.5,"Temperature":1,"Seed":3,"LabelsKept":3}
            """.ReplaceLineEndings("");
        string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(table)));
        Assert.AreEqual($"regions-{digest[..16]}.bin", Path.GetFileName(Directory.GetFiles(folder["tables"]).Single()));
    }

    [TestMethod]
    public void OfEncodedViews()
    {
        string version = typeof(LorealTrainer).Assembly.GetName().Version!.ToString();
        LorealTrainer.Options options = Trained.Options();
        options.Precision = ComputePrecision.BFloat16;
        Assert.AreEqual(
            $$"""
            {"Package":"{{version}}","Torch":"{{torch.__version__}}","Device":"CPU","Backbone":"{{Trained.Backbone.Identity}}",
            "Method":{"name":"CoOp","contextTokens":4,"position":"End","classSpecific":false,"initialText":null},"Precision":"BFloat16"}
            """.ReplaceLineEndings(""),
            options.ToPlan().DescribeEncoding(torch.CPU));
        using var teacher = PromptKDTeacher.Of(Taught.Teacher.Model, Taught.Teacher.ClassNames);
        Assert.AreEqual(
            $$"""{"Package":"{{version}}","Torch":"{{torch.__version__}}","Device":"CPU","Teacher":"{{teacher.Digest}}"}""",
            teacher.DescribeEncoding());
    }

    private static string Description(TemporaryFolder folder)
    {
        using var saved = Checkpoint.Read(Path.Combine(folder["workspace"], "checkpoint.safetensors"));
        return saved.Configuration;
    }

    private static string Digest(string description) => (string)JsonNode.Parse(description)!["Images"]!["Sha256"]!;
}
