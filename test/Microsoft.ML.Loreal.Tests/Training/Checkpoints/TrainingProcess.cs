using System.Diagnostics;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>
/// This program as a process of its own that trains in a workspace and can be killed. After every epoch it writes a line and waits for one,
/// so that whoever kills it decides after which epoch, and chance decides where in the next one.
/// </summary>
internal sealed class TrainingProcess : IDisposable
{
    public const string Verb = "train-in-workspace";

    /// <summary>The epochs of each of the three stages.</summary>
    public const int Epochs = 11;

    private const string Begin = "begin";
    private const string End = "end";

    private readonly Process _process;

    private TrainingProcess(Process process) => _process = process;

    /// <summary>The child: trains on what <see cref="Prepare"/> wrote and saves the weights.</summary>
    public static int Run(string folder, TimeSpan interval)
    {
        LorealTrainer.Options options = Options(folder);
        options.WorkspacePath = Path.Combine(folder, "workspace");
        options.CheckpointInterval = interval;
        options.MetricsCallback = metrics =>
        {
            Console.WriteLine($"{metrics.Stage} {metrics.Epoch}");
            if (Console.ReadLine() is null)
            {
                Environment.Exit(3);
            }
        };
        Console.WriteLine(Begin);
        File.WriteAllBytes(Path.Combine(folder, "weights"), Weights(folder, options));
        Console.WriteLine(End);
        return 0;
    }

    /// <summary>Writes a backbone and pictures.</summary>
    public static void Prepare(string folder)
    {
        TinyClip.Write(Path.Combine(folder, "backbone"));
        Pictures.Write(Path.Combine(folder, "images"), 6);
    }

    /// <summary>The weights of a training that nothing interrupts, in this process.</summary>
    public static byte[] WholeWeights(string folder) => Weights(folder, Options(folder));

    /// <summary>Starts a child that goes on from whatever its predecessor left.</summary>
    public static TrainingProcess Start(string folder, TimeSpan interval) => new(Process.Start(
        new ProcessStartInfo(
            ScoringProcess.Host, [.. ScoringProcess.HostArguments, Verb, folder, interval.ToString("c", CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);

    /// <summary>Kills the child some time after an epoch, or after the call of Fit.</summary>
    /// <param name="epochs">The epochs that it may complete first; one more at most it may have begun.</param>
    /// <param name="wait">Waits after those.</param>
    /// <returns>Where it was, as its last line says.</returns>
    public string KillAfter(int epochs, Action wait)
    {
        string last = Line();
        for (int i = 0; i < epochs; i++)
        {
            last = Next();
        }

        if (epochs > 0)
        {
            _process.StandardInput.WriteLine();
            _process.StandardInput.Flush();
        }

        wait();
        _process.Kill();
        _process.WaitForExit();
        Assert.AreEqual(128 + 9, _process.ExitCode);
        return last;

        string Next()
        {
            if (last != Begin)
            {
                _process.StandardInput.WriteLine();
                _process.StandardInput.Flush();
            }

            return Line();
        }
    }

    /// <summary>Lets the child come to its end.</summary>
    /// <returns>The number of epochs that it trained.</returns>
    public int Complete()
    {
        int epochs = 0;
        for (string line = Line(); line != End; line = Line())
        {
            if (line != Begin)
            {
                epochs++;
                _process.StandardInput.WriteLine();
                _process.StandardInput.Flush();
            }
        }

        _process.WaitForExit();
        Assert.AreEqual(0, _process.ExitCode);
        return epochs;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static LorealTrainer.Options Options(string folder) => new()
    {
        Backbone = ClipBackbone.FromFolder(Path.Combine(folder, "backbone")),
        LowResolution = 2 * TinyClip.Patch,
        Method = PromptMethod.MaPLe(2, 2),
        Attributes = ["color", "shape"],
        HiddenWidth = 8,
        BaseStage = new TrainingStageOptions { Epochs = Epochs, BatchSize = 5, Optimizer = PromptOptimizer.Adam },
        DistillationStage = new TrainingStageOptions { Epochs = Epochs, BatchSize = 5 },
        ViewsPerImage = 2,
        ValidationFraction = 0.2f,
        EarlyStopping = new EarlyStoppingOptions { Patience = Epochs },
        Seed = 7,
        Device = "cpu",
    };

    private static byte[] Weights(string folder, LorealTrainer.Options options)
    {
        var ml = new MLContext(1);
        List<Photo> photos = [.. Directory.EnumerateFiles(Path.Combine(folder, "images")).Order(StringComparer.Ordinal)
            .Select(path => new Photo { ImagePath = path, Label = Path.GetFileNameWithoutExtension(path).Split('_')[1] })];
        options.ImageColumnName = nameof(Photo.ImagePath);
        IDataView data = ml.Data.LoadFromEnumerable(photos);
        using LorealTransformer model = ml.MulticlassClassification.Trainers.Loreal(options).Fit(
            ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data));
        using var content = new MemoryStream();
        model.Model.Save((name, write) =>
        {
            if (name == LorealModel.TensorFile)
            {
                write(content);
            }
        });
        return content.ToArray();
    }

    private string Line() => _process.StandardOutput.ReadLine() ?? throw new AssertFailedException("The training process ended by itself.");
}
