using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Loreal.Samples;
using Microsoft.ML.Loreal.Samples.TrainBackbone;
using Spectre.Console;

Arguments options;
try
{
    options = Arguments.Parse(args);
}
catch (ArgumentException problem)
{
    AnsiConsole.WriteLine(problem.Message);
    return 2;
}
if (options.Pictures is not null)
{
    ContactSheet.Save(options.Pictures, options.Seed);
    return 0;
}

if (options.Threads > 0)
{
    TorchSharp.torch.set_num_threads(options.Threads);
}
if (options.Score is not null)
{
    var vocabulary = new Vocabulary(Words.All);
    using var model = new Clip(new ModelSize(vocabulary.Count));
    BackboneFolder.Read(options.Score, model);
    Report.Write(model, vocabulary);
    return 0;
}
string checkpoint = options.Out.TrimEnd('/') + ".checkpoint";
using var trainer = new Trainer(options.Seed, options.Steps);
if (File.Exists(checkpoint))
{
    trainer.Resume(checkpoint);
    AnsiConsole.WriteLine($"going on after step {trainer.Step}");
}
using (var examination = new Examination(perClass: 5, seed: 99))
{
    AnsiConsole.Progress()
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .Start(progress =>
        {
            ProgressTask task = progress.AddTask("training", maxValue: options.Steps);
            task.Increment(trainer.Step);
            var clock = Stopwatch.StartNew();
            StepLosses? mean = null;
            while (trainer.Step < options.Steps)
            {
                StepLosses losses = trainer.TakeStep();
                mean = mean?.Follow(losses) ?? losses;
                task.Increment(1);
                task.Description = string.Create(CultureInfo.InvariantCulture, $"loss {mean.Value.Contrastive:F2}");
                if (trainer.Step % Math.Max(1, options.Steps / options.Examinations) == 0 || trainer.Step == options.Steps)
                {
                    trainer.Save(checkpoint);
                    IEnumerable<string> scores = Examination.Sides
                        .Select(side => Report.Percent(examination.ZeroShot(trainer.Model, trainer.Vocabulary, side)));
                    AnsiConsole.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{clock.Elapsed:hh\\:mm\\:ss} step {trainer.Step}: losses: captions {mean.Value.Contrastive:F2}, prompts {mean.Value.Prompts:F2}, tokens {mean.Value.Tokens:F2}, whole {mean.Value.Whole:F2}; held-out classes at {string.Join("/", Examination.Sides)}: {string.Join(" ", scores)} %"));
                }
            }
        });
}
BackboneFolder.Write(options.Out, trainer.Model, trainer.Vocabulary);
File.Delete(checkpoint);
Report.Write(trainer.Model, trainer.Vocabulary);
return 0;
