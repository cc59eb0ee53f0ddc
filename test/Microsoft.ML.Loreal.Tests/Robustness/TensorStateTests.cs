using TorchSharp;

namespace Microsoft.ML.Loreal.Tests.Robustness;

/// <summary>
/// What an application does with the tensor library for itself: none of it reaches the product, and none of it is changed.
/// </summary>
[TestClass]
public sealed class TensorStateTests
{
    private static readonly PromptMethod[] _methods =
    [
        PromptMethod.CoOp(2), PromptMethod.CoOp(2, ClassNamePosition.Middle, classSpecific: true), PromptMethod.MaPLe(2, 2),
        PromptMethod.Mma(2, 2), PromptMethod.Mmrl(2, 2), PromptMethod.IndependentPrompts(2, 2, 2, 2), PromptMethod.Template(),
    ];

    public static IEnumerable<object[]> States =>
    [
        ["no_grad"], ["inference_mode"], ["set_grad_enabled"], ["float64"], ["bfloat16"], ["meta"], ["scope"],
    ];

    [TestMethod]
    [DynamicData(nameof(States))]
    public void TrainingAndScoringAreAsWithoutIt(string state)
    {
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        var made = new List<(LorealTransformer Model, List<float[]> Expected)>();
        foreach (PromptMethod method in _methods)
        {
            LorealTrainer trainer = ml.MulticlassClassification.Trainers.Loreal(Options(method));
            using LorealTransformer usual = trainer.Fit(data);
            List<float[]> expected = Rows.Scores(usual.Transform(data));
            using (Enter(state))
            {
                made.Add((trainer.Fit(data), expected));
                AssertIn(state);
                Rows.AssertIdentical(expected, Rows.Scores(made[^1].Model.Transform(data)));
            }
        }

        foreach ((LorealTransformer model, List<float[]> expected) in made)
        {
            Rows.AssertIdentical(expected, Rows.Scores(model.Transform(data)));
            model.Dispose();
        }
    }

    [TestMethod]
    [DynamicData(nameof(States))]
    public void WhatIsMadeOfAModelCanBeTrainedOn(string state)
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        IDataView data = Trained.Prepared(ml);
        List<float[]> expected = Rows.Scores(Trained.Loreal.Transform(data));
        string[] names = [.. Trained.Loreal.ClassNames.Reverse()];
        LorealTransformer loaded;
        LorealTransformer others;
        using (Enter(state))
        {
            ml.Model.Save(Trained.Loreal, data.Schema, folder["model.zip"]);
            loaded = (LorealTransformer)ml.Model.Load(folder["model.zip"], out _);
            others = loaded.WithClasses(names);
            others.WithPrecision(ComputePrecision.BFloat16).Dispose();
            Rows.AssertIdentical(expected, Rows.Scores(loaded.Transform(data)));
            AssertIn(state);
        }

        LorealTrainer.Options options = Trained.Options();
        options.StandardStudent = loaded;
        using LorealTransformer next = ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
        Rows.AssertIdentical(expected, Rows.Scores(next.Transform(data)));
        Rows.AssertIdentical(expected, [.. Rows.Scores(others.Transform(data)).Select(row => row.Reverse().ToArray())]);
        loaded.Dispose();
        others.Dispose();
    }

    [TestMethod]
    [DynamicData(nameof(States))]
    public void PromptKDIsAsWithoutIt(string state)
    {
        IDataView data = PromptKD.Taught.Unlabeled(new MLContext(1));
        List<float[]> expected = Rows.Scores(PromptKD.Taught.Student.Transform(data));
        PromptKDTransformer student;
        using (Enter(state))
        {
            student = PromptKD.Taught.Fit(PromptKD.Taught.Options());
            AssertIn(state);
            Rows.AssertIdentical(expected, Rows.Scores(student.Transform(data)));
        }

        Rows.AssertIdentical(expected, Rows.Scores(student.Transform(data)));
        student.Dispose();
    }

    private static LorealTrainer.Options Options(PromptMethod method)
    {
        LorealTrainer.Options options = Trained.Options();
        options.Method = method;
        options.Attributes = method.Name == "Template" ? null : ["color"];
        options.BaseStage!.Epochs = 1;
        options.DistillationStage.Epochs = 1;
        return options;
    }

    /// <summary>Puts the tensor library into a state, as an application would.</summary>
    private static IDisposable Enter(string state)
    {
        switch (state)
        {
            case "no_grad":
                return torch.no_grad();
            case "inference_mode":
                return torch.inference_mode();
            case "set_grad_enabled":
                return torch.set_grad_enabled(false);
            case "float64" or "bfloat16":
                torch.set_default_dtype(state == "float64" ? torch.float64 : torch.bfloat16);
                return new Restored(() => torch.set_default_dtype(torch.float32));
            case "meta":
                torch.set_default_device(torch.META);
                return new Restored(() => torch.set_default_device(torch.CPU));
            default:
                return torch.NewDisposeScope();
        }
    }

    private static void AssertIn(string state)
    {
        Assert.AreEqual(state is not ("no_grad" or "inference_mode" or "set_grad_enabled"), torch.is_grad_enabled());
        Assert.AreEqual(state == "inference_mode", torch.is_inference_mode_enabled());
        Assert.AreEqual(
            state == "float64" ? torch.float64 : state == "bfloat16" ? torch.bfloat16 : torch.float32, torch.get_default_dtype());
        Assert.AreEqual(state == "meta" ? DeviceType.META : DeviceType.CPU, torch.get_default_device().type);
    }

    private sealed class Restored(Action restore) : IDisposable
    {
        public void Dispose() => restore();
    }
}
