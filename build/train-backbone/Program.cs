using System.CommandLine;
using Microsoft.ML.Loreal.TrainBackbone;
using TorchSharp;

var seed = new Option<int>("--seed") { Description = "The seed of pictures, captions and weights.", DefaultValueFactory = _ => 1 };
Option<int> threads = Positive("--threads", "Threads of the computation. Without it as many as the processor has cores.", null);
Option<int> steps = Positive("--steps", "Training steps of 64 pictures.", 3800);
Option<int> examinations = Positive("--examinations", "How often it is measured on the way, and a checkpoint is written.", 25);
var output = new Option<string>("--out") { Description = "The folder to write.", DefaultValueFactory = _ => "backbone" };
var sheet = new Argument<string>("file") { Description = "The PNG file to write." };
var folder = new Argument<string>("folder") { Description = "A backbone that this program has written." };

var pictures = new Command("pictures", "Draws two pictures of each of the 48 classes into one file.") { sheet, seed };
pictures.SetAction(arguments => ContactSheet.Save(arguments.GetRequiredValue(sheet), arguments.GetValue(seed)));

var score = new Command("score", "Measures a backbone.") { folder, threads };
score.SetAction(arguments =>
{
    SetThreads(arguments);
    var vocabulary = new Vocabulary(Words.All);
    using var model = new Clip(vocabulary.Count);
    BackboneFolder.Read(arguments.GetRequiredValue(folder), model);
    Report.Write(model, vocabulary);
});

var root = new RootCommand(
    "Trains the default backbone and writes config.json, vocab.json, merges.txt and model.safetensors. A file FOLDER.checkpoint beside "
    + "the folder lets the same command go on after an interruption; it is deleted at the end.")
{
    output, steps, seed, examinations, threads, pictures, score,
};
root.SetAction(arguments =>
{
    SetThreads(arguments);
    Training.Run(
        arguments.GetRequiredValue(output), arguments.GetValue(steps), arguments.GetValue(seed), arguments.GetValue(examinations));
});
return root.Parse(args).Invoke();

static Option<int> Positive(string name, string description, int? usual)
{
    var option = new Option<int>(name) { Description = description };
    if (usual is { } value)
    {
        option.DefaultValueFactory = _ => value;
    }

    option.Validators.Add(result =>
    {
        if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out int number) && number < 1)
        {
            result.AddError($"{name} is {number}; it must be at least 1.");
        }
    });
    return option;
}

void SetThreads(ParseResult arguments)
{
    if (arguments.GetValue(threads) is > 0 and int count)
    {
        torch.set_num_threads(count);
    }
}
