using System.Diagnostics;
using Microsoft.ML.Data;
using TorchSharp;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>
/// Long loops, each in a process of its own: are all answers right, and does the memory stay where it was after a tenth of the loop?
/// </summary>
internal static class ReliabilityBenchmark
{
    private const int Tenths = 10;
    private const int Threads = 16;
    private const int PredictionsPerThread = 7;
    private const int DisposingThreads = 4;

    private static readonly Dictionary<string, (string What, int Times, Func<SmallModel, Func<long, bool>> Start)> _loops = new()
    {
        ["transformers"] = ("load a transformer from its zip, predict, dispose", 1_000, Transformers),
        ["engines"] = ("make an engine over a shared transformer, predict, dispose", 1_000, Engines),
        ["predictions"] = ("predict with one engine", 10_000, Predictions),
        ["rows"] = ("read a row through Transform", 100_000, Rows),
        ["threads"] = ($"{Threads} threads with a shared transformer, {PredictionsPerThread} predictions each", 100, SharedByThreads),
        ["dispose"] = ($"dispose a transformer with which {DisposingThreads} threads predict", 200, DisposedInUse),
    };

    public static IReadOnlyCollection<string> Loops => _loops.Keys;

    public static void Run(IEnumerable<string> loops)
    {
        Comparison.Line("Long loops over a small model, JPEG files of 300 x 200, memory in MB");
        Comparison.Line(Machine.Description);
        Comparison.Line("");
        Comparison.Line(
            "| what | times | wrong | resident after a tenth | highest after that | at the end | change "
            + "| tensors after a tenth, at the end | seconds |");
        Comparison.Line("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (string name in loops)
        {
            Comparison.Line(ChildProcess.Run("reliability", name)[0]);
        }
    }

    /// <summary>In the child: one loop, one row of the table.</summary>
    public static void Measure(string name)
    {
        (string what, int times, Func<SmallModel, Func<long, bool>> start) = _loops[name];
        using var model = new SmallModel();
        Func<long, bool> step = start(model);
        var watch = Stopwatch.StartNew();
        int wrong = 0;
        var resident = new List<double>();
        var tensors = new List<long>();
        for (int i = 0; i < times; i++)
        {
            wrong += step(i) ? 0 : 1;
            if ((i + 1) % (times / Tenths) == 0)
            {
                resident.Add(ResidentMemory.Now);
                tensors.Add(torch.Tensor.TotalCount);
            }
        }

        Console.WriteLine(FormattableString.Invariant(
            $"| {what} | {times:N0} | {wrong} | {resident[0]:0} | {resident[1..].Max():0} | {resident[^1]:0} ")
            + FormattableString.Invariant($"| {resident[^1] / resident[0] - 1:+0.0%;-0.0%} ")
            + FormattableString.Invariant($"| {tensors[0]}, {tensors[^1]} | {watch.Elapsed.TotalSeconds:0} |"));
    }

    private static Func<long, bool> Transformers(SmallModel model) => number =>
    {
        using LorealTransformer transformer = model.Load();
        using PredictionEngine<JpegFolder.Photo, PhotoScores> engine = model.Engine(transformer);
        return model.IsRight(number, engine);
    };

    private static Func<long, bool> Engines(SmallModel model) => number =>
    {
        using PredictionEngine<JpegFolder.Photo, PhotoScores> engine = model.Engine(model.Transformer);
        return model.IsRight(number, engine);
    };

    private static Func<long, bool> Predictions(SmallModel model)
    {
        PredictionEngine<JpegFolder.Photo, PhotoScores> engine = model.Engine(model.Transformer);
        return number => model.IsRight(number, engine);
    }

    // In batches products may be added up in another order than for a single picture.
    private static Func<long, bool> Rows(SmallModel model)
    {
        IDataView scored = model.Transformer.Transform(model.Rows(_loops["rows"].Times));
        DataViewSchema.Column column = scored.Schema["Score"];
        DataViewRowCursor cursor = scored.GetRowCursor([column]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(column);
        var value = default(VBuffer<float>);
        return number =>
        {
            cursor.MoveNext();
            getter(ref value);
            return model.IsAboutRight(number, value.GetValues());
        };
    }

    private static Func<long, bool> SharedByThreads(SmallModel model) => round =>
    {
        int wrong = 0;
        ParallelThreads.Run(Threads, thread =>
        {
            using PredictionEngine<JpegFolder.Photo, PhotoScores> engine = model.Engine(model.Transformer);
            for (int i = 0; i < PredictionsPerThread; i++)
            {
                if (!model.IsRight(thread + i, engine))
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        });
        return wrong == 0;
    };

    private static Func<long, bool> DisposedInUse(SmallModel model) => round =>
    {
        LorealTransformer transformer = model.Load();
        (int wrong, int ended) = (0, 0);
        using var predicted = new CountdownEvent(DisposingThreads);
        ParallelThreads.Run(DisposingThreads + 1, thread =>
        {
            if (thread == DisposingThreads)
            {
                predicted.Wait();
                transformer.Dispose();
                return;
            }

            using PredictionEngine<JpegFolder.Photo, PhotoScores> engine = model.Engine(transformer);
            try
            {
                for (int i = 0; ; i++)
                {
                    if (!model.IsRight(thread + i, engine))
                    {
                        Interlocked.Increment(ref wrong);
                    }

                    if (i == 0)
                    {
                        predicted.Signal();
                    }
                }
            }
            catch (ObjectDisposedException)
            {
                Interlocked.Increment(ref ended);
            }
        });
        return wrong == 0 && ended == DisposingThreads;
    };
}
