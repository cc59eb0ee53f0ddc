using Microsoft.ML.Loreal.Tests;
using Microsoft.Testing.Platform.Builder;

if (args is [ScoringProcess.Verb, var model, var names, var output])
{
    return ScoringProcess.Run(model, names, output);
}

if (args is [TrainingProcess.Verb, var folder, var interval])
{
    return TrainingProcess.Run(folder, TimeSpan.Parse(interval, CultureInfo.InvariantCulture));
}

if (args is [LoadingProcess.Verb, var saved, var errors])
{
    return LoadingProcess.Run(saved, errors);
}

ITestApplicationBuilder builder = await TestApplication.CreateBuilderAsync(args);
SelfRegisteredExtensions.AddSelfRegisteredExtensions(builder, args);
using ITestApplication application = await builder.BuildAsync();
return await application.RunAsync();
