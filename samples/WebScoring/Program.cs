using System.CommandLine;
using Microsoft.ML.Loreal.Samples.WebScoring;

var model = new Option<string?>("--model")
{
    Description = "A saved model (model.zip). Without it one is trained on drawn pictures, which takes a minute.",
};
var url = new Option<string>("--url") { Description = "Where to listen.", DefaultValueFactory = _ => "http://127.0.0.1:5080" };
var maximum = new Option<int>("--max-bytes") { Description = "The largest file that is accepted.", DefaultValueFactory = _ => 10_000_000 };

var command = new RootCommand("Classifies pictures over HTTP, with a page to try it.") { model, url, maximum };
command.SetAction(async (arguments, cancellation) =>
{
    IModelSource source = arguments.GetValue(model) is { } path ? new SavedModel(path) : new DemoModel();
    await using WebApplication server = ScoringServer.Create(
        source, new ServerSettings(arguments.GetValue(url)!, arguments.GetValue(maximum)));
    await server.StartAsync(cancellation);
    await server.WaitForShutdownAsync(cancellation);
    return Environment.ExitCode;
});
return await command.Parse(args).InvokeAsync();
