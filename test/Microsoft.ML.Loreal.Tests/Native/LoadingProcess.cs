using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>
/// This program as a process of its own that loads a saved model and calls Fit on a picture that is not there, and writes the error of
/// each.
/// </summary>
internal static class LoadingProcess
{
    public const string Verb = "load-native-libraries";

    /// <summary>The picture that Fit asks for once the native libraries are loaded.</summary>
    public const string MissingPicture = "there-is-no-such-picture.png";

    public static int Run(string model, string errors)
    {
        var ml = new MLContext(1);
        IDataView data = ml.Data.LoadFromEnumerable(
            new[] { "red", "blue" }.Select(label => new Photo { ImagePath = MissingPicture, Label = label }));
        EstimatorChain<LorealTransformer> pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.Loreal(new LorealTrainer.Options { ImageColumnName = nameof(Photo.ImagePath) }));
        Errors found = new(
            Error(() => ml.Model.Load(model, out _)), Error(() => ml.Model.Load(model, out _)), Error(() => pipeline.Fit(data)));
        File.WriteAllText(errors, JsonSerializer.Serialize(found));
        return 0;
    }

    /// <summary>Starts this program, or a copy of it, and waits for its end.</summary>
    /// <param name="folder">Where the program is.</param>
    /// <param name="model">A saved model.</param>
    /// <param name="change">Changes the environment of the process.</param>
    public static (Errors Errors, string Output) Start(string folder, string model, Action<IDictionary<string, string?>> change)
    {
        using var temporary = new TemporaryFolder();
        string errors = temporary["errors.json"];
        string host = Path.IsPathRooted(ScoringProcess.Host)
            ? Path.Combine(folder, Path.GetFileName(ScoringProcess.Host))
            : ScoringProcess.Host;
        var start = new ProcessStartInfo(
            host, [.. ScoringProcess.HostArguments.Select(path => Path.Combine(folder, Path.GetFileName(path))), Verb, model, errors])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        change(start.Environment);
        using Process process = Process.Start(start)!;
        Task<string> standardError = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd() + standardError.Result;
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, output);
        return (JsonSerializer.Deserialize<Errors>(File.ReadAllText(errors))!, output);
    }

    private static ErrorText[] Error(Action action)
    {
        try
        {
            action();
            return [];
        }
        catch (Exception exception)
        {
            var chain = new List<ErrorText>();
            for (Exception? error = exception; error is not null; error = error.InnerException)
            {
                chain.Add(new ErrorText(error.GetType().Name, error.Message));
            }

            return [.. chain];
        }
    }

    /// <summary>An exception and those inside it, the outermost first; empty where there was none.</summary>
    /// <param name="Load">Of the first load of the saved model.</param>
    /// <param name="LoadAgain">Of the second.</param>
    /// <param name="Fit">Of Fit.</param>
    internal sealed record Errors(ErrorText[] Load, ErrorText[] LoadAgain, ErrorText[] Fit);

    internal sealed record ErrorText(string Type, string Message);
}
