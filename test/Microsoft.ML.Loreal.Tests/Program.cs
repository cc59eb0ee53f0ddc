using Microsoft.ML.Loreal.Tests;
using Microsoft.Testing.Platform.Builder;

if (args is [ScoringProcess.Verb, var model, var names, var output])
{
    return ScoringProcess.Run(model, names, output);
}

ITestApplicationBuilder builder = await TestApplication.CreateBuilderAsync(args);
SelfRegisteredExtensions.AddSelfRegisteredExtensions(builder, args);
using ITestApplication application = await builder.BuildAsync();
return await application.RunAsync();
