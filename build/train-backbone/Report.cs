using System.Globalization;
using Spectre.Console;

namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>The tables at the end: what the finished backbone scores.</summary>
internal static class Report
{
    internal static void Write(Clip model, Vocabulary vocabulary)
    {
        using var examination = new Examination(perClass: 20, seed: 5);
        Table scores = new Table().Title("Zero-shot accuracy on 20 pictures of each of the 48 held-out classes, %");
        scores.AddColumns("side", "patches", "48 classes", "24 base", "24 new");
        Table attributes = new Table().Title("Accuracy of single attributes, %");
        attributes.AddColumns(AttributeWords.All.Select(a => a.Name).Prepend("side").ToArray());
        foreach (int side in Examination.Sides)
        {
            int grid = side / model.Config.PatchSize;
            (double ofBase, double ofNew) = examination.ZeroShotByHalf(model, vocabulary, side);
            scores.AddRow(
                $"{side}", $"{grid}x{grid}", Percent(examination.ZeroShot(model, vocabulary, side)), Percent(ofBase), Percent(ofNew));
            attributes.AddRow(examination.Attributes(model, vocabulary, side).Select(Percent).Prepend($"{side}").ToArray());
        }
        AnsiConsole.Write(scores);
        AnsiConsole.Write(attributes);
    }

    internal static string Percent(double value) => value.ToString("F1", CultureInfo.InvariantCulture);
}
