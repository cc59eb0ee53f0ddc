using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>A whole training, with its progress on the console.</summary>
internal static class Training
{
    /// <summary>Trains, from a checkpoint on where there is one, and writes the backbone's folder.</summary>
    internal static void Run(string folder, int steps, int seed, int examinations)
    {
        string checkpoint = Path.TrimEndingDirectorySeparator(folder) + ".checkpoint";
        using var trainer = new Trainer(seed, steps);
        if (File.Exists(checkpoint))
        {
            trainer.Resume(checkpoint);
            AnsiConsole.WriteLine($"going on after step {trainer.Step}");
        }

        using (var examination = new Examination(perClass: 5, seed: 99))
        {
            AnsiConsole.Progress()
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .Start(progress => TakeSteps(
                    trainer, steps, examinations, examination, checkpoint, progress.AddTask("training", maxValue: steps)));
        }

        BackboneFolder.Write(folder, trainer.Model, trainer.Vocabulary);
        File.Delete(checkpoint);
        Report.Write(trainer.Model, trainer.Vocabulary);
    }

    private static void TakeSteps(
        Trainer trainer, int steps, int examinations, Examination examination, string checkpoint, ProgressTask task)
    {
        task.Increment(trainer.Step);
        var clock = Stopwatch.StartNew();
        StepLosses? mean = null;
        while (trainer.Step < steps)
        {
            StepLosses losses = trainer.TakeStep();
            mean = mean?.Follow(losses) ?? losses;
            task.Increment(1);
            task.Description = string.Create(CultureInfo.InvariantCulture, $"loss {mean.Value.Contrastive:F2}");
            if (trainer.Step % Math.Max(1, steps / examinations) == 0 || trainer.Step == steps)
            {
                trainer.Save(checkpoint);
                AnsiConsole.WriteLine(
                    string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed:hh\\:mm\\:ss} step {trainer.Step}: {mean}; ") + Scores());
            }
        }

        string Scores()
        {
            IEnumerable<string> scores = Examination.Sides.Select(
                side => Report.Percent(examination.ZeroShot(trainer.Model, trainer.Vocabulary, side)));
            return $"held-out classes at {string.Join("/", Examination.Sides)}: {string.Join(" ", scores)} %";
        }
    }
}
