using System.CommandLine;
using Microsoft.ML.Loreal;
using Microsoft.ML.Loreal.Samples.QuickStart;
using Spectre.Console;

if (Console.IsOutputRedirected)
{
    // A log file has neither colors nor a width.
    AnsiConsole.Profile.Capabilities.Ansi = false;
    AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
    AnsiConsole.Profile.Width = 120;
}

var images = new Option<string?>("--images")
{
    Description = "Your own pictures: a folder with one folder per class, or a CSV file of path,label[,train|test].",
};
var backbone = new Option<string?>("--backbone")
{
    Description = "A CLIP folder (config.json, model.safetensors, vocab.json and merges.txt). "
        + "Without it the small one that comes with the package.",
};
var method = new Option<string>("--method")
{
    Description = "The base method: coop, maple, mma or mmrl.",
    DefaultValueFactory = _ => BaseMethod.Names[0],
};
method.AcceptOnlyFromAmong(BaseMethod.Names);
var all = new Option<bool>("--all") { Description = "Compare at three low resolutions instead of one." };
var published = new Option<bool>("--published")
{
    Description = "Train LOREAL's meta-nets with the published settings (SGD 0.002, 50 epochs) instead of those for the small backbone.",
};
var precision = new Option<ComputePrecision>("--precision")
{
    Description = "In what the frozen CLIP computes: Single, BFloat16, or Auto for what gains on this machine.",
};
precision.AcceptOnlyFromAmong([nameof(ComputePrecision.Single), nameof(ComputePrecision.BFloat16), nameof(ComputePrecision.Auto)]);
var shots = new Option<int>("--shots") { Description = "Training pictures per base class.", DefaultValueFactory = _ => 16 };
var seed = new Option<int>("--seed") { Description = "The seed of data and training.", DefaultValueFactory = _ => 1 };
var output = new Option<string?>("--output")
{
    Description = "Where to write the model. Without it model.zip in the demo's temporary folder.",
};

var command = new RootCommand(
    "Trains LOREAL on low-resolution pictures with ML.NET, compares it with its baselines, saves it, reloads it and predicts.")
{
    images, backbone, method, all, published, precision, shots, seed, output,
};
command.SetAction(arguments => Demo.Run(new DemoSettings(
    arguments.GetValue(images),
    arguments.GetValue(backbone),
    arguments.GetValue(method)!,
    arguments.GetValue(all),
    arguments.GetValue(published),
    arguments.GetValue(precision),
    arguments.GetValue(shots),
    arguments.GetValue(seed),
    arguments.GetValue(output))));
return command.Parse(args).Invoke();
