using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>
/// What each prompt method learns and costs at ViT-B/16 sizes, alone and with LOREAL. Every row is a process of its own, so that its peak
/// memory can be told.
/// </summary>
internal static class MethodsBenchmark
{
    private const int Classes = 50;
    private const int Images = 4;
    private const string Alone = "alone";
    private const string WithLoreal = "LOREAL";

    private static readonly Dictionary<string, PromptMethod> _methods = new()
    {
        ["CoOp"] = PromptMethod.CoOp(),
        ["MaPLe"] = PromptMethod.MaPLe(),
        ["MMA"] = PromptMethod.Mma(),
        ["MMRL"] = PromptMethod.Mmrl(),
    };

    public static void Run()
    {
        BenchmarkModel size = BenchmarkModel.VitB16;
        Comparison.Line(
            $"Prompt methods, {size.Name} sizes, {Classes} classes, steps of {Images} images from the cache: "
            + "least / median ms (ms of processor time a run), MB on top of the loaded model");
        Comparison.Line(Machine.Description);
        Comparison.Line("");
        Comparison.Line(
            $"| method | learned numbers | step, {size.LowResolution} px | step, {size.Config.ImageResolution} px | its memory "
            + $"| scoring 1 image, {size.LowResolution} px | its memory |");
        Comparison.Line("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (string name in _methods.Keys)
        {
            foreach (string way in new[] { Alone, WithLoreal })
            {
                string cells = string.Join(" | ", ChildProcess.Run("methods", name, way));
                Comparison.Line($"| {name}{(way == Alone ? "" : " + LOREAL, stage 3")} | {cells} |");
            }
        }
    }

    /// <summary>In the child: prints the cells of one row.</summary>
    public static void Measure(string name, string way)
    {
        BenchmarkModel size = BenchmarkModel.VitB16;
        using ClipModel model = size.Create();
        string[] cells = way == Alone ? MeasureAlone(model, size, _methods[name]) : MeasureLoreal(model, size, _methods[name]);
        foreach (string cell in cells)
        {
            Console.WriteLine(cell);
        }
    }

    private static string[] MeasureAlone(ClipModel model, BenchmarkModel size, PromptMethod method)
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptLearner learner = method.CreateLearner(
            model, new BenchmarkVocabulary(size.Config.VocabularySize), BenchmarkVocabulary.ClassNames(Classes), 0, new Random(1));
        Tensor pixels = BenchmarkModel.Pixels(1, size.LowResolution);
        Tensor text;
        using (no_grad())
        {
            text = learner.TextFeatures(null);
        }

        var memory = new AddedMemory();
        string scoring = Cell(() =>
        {
            using IDisposable inference = inference_mode();
            using DisposeScope step = NewDisposeScope();
            learner.Logits(learner.Encode(pixels), text).softmax(1);
        });
        string scoringMemory = memory.Megabytes;
        string low = Step(learner, size.LowResolution);
        string high = Step(learner, size.Config.ImageResolution);
        return [Count(learner.Parameters), low, high, memory.Megabytes, scoring, scoringMemory];
    }

    /// <summary>A step of stages 1 and 2, with the states of the views that the cache has.</summary>
    private static string Step(PromptLearner learner, int side)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor states;
        using (no_grad())
        {
            states = learner.FrozenStates(BenchmarkModel.Pixels(Images, side));
        }

        using SGD optimizer = optim.SGD(learner.Parameters, 1e-9, momentum: 0.9, weight_decay: 5e-4);
        return Cell(() =>
        {
            using DisposeScope step = NewDisposeScope();
            optimizer.zero_grad();
            learner.Losses(states, DistillationBenchmark.Labels(Images)).Total.backward();
            optimizer.step();
        });
    }

    private static string[] MeasureLoreal(ClipModel model, BenchmarkModel size, PromptMethod method)
    {
        using DisposeScope scope = NewDisposeScope();
        using var task = new ClassificationTask(model, Classes, method);
        Tensor pixels = BenchmarkModel.Pixels(1, size.LowResolution);
        var memory = new AddedMemory();
        string scoring = Cell(() => task.Score(task.Ours, pixels).Dispose());
        string scoringMemory = memory.Megabytes;
        Tensor high, low;
        using (no_grad())
        {
            high = task.Ours.Encode(BenchmarkModel.Pixels(Images, size.LowResolution));
            low = task.Ours.Encode(BenchmarkModel.Pixels(Images, size.LowResolution));
        }

        // Both students' image features are cached, so the step is the same at every resolution.
        string step = Cell(() => DistillationBenchmark.Ours(task, high, low, DistillationBenchmark.Labels(Images)));
        return [$"+ {Count(task.Slots.Parameters)}", step, step, memory.Megabytes, scoring, scoringMemory];
    }

    private static string Count(IEnumerable<Tensor> parameters) =>
        parameters.Sum(p => p.numel()).ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Times some runs. Processor time tells methods apart on a machine that others use too.</summary>
    private static string Cell(Action work)
    {
        int runs = 0;
        using var process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        var timing = Timing.Within(6, 5, () =>
        {
            runs++;
            work();
        });
        process.Refresh();
        double processor = (process.TotalProcessorTime - before).TotalMilliseconds / runs;
        return string.Create(CultureInfo.InvariantCulture, $"{timing.Min * 1000:0} / {timing.Median * 1000:0} ({processor:0})");
    }

    /// <summary>How far the highest resident memory of this process has risen.</summary>
    private sealed class AddedMemory
    {
        private readonly double _before = ResidentMemory.Peak;

        public string Megabytes => (ResidentMemory.Peak - _before).ToString("0", CultureInfo.InvariantCulture);
    }
}
