using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.ML.Loreal.Training.Data;

namespace Microsoft.ML.Loreal.Training.Checkpoints;

/// <summary>
/// Everything that decides what a training learns, as JSON: two trainings with equal descriptions give equal weights on a CPU.
/// </summary>
internal static class TrainingConfiguration
{
    private const string SeedProperty = "Seed";
    private const int MaxDifferences = 5;
    private const int MaxValueLength = 80;

    private static readonly JsonSerializerOptions _format = new()
    {
        Converters = { new JsonStringEnumConverter() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a description.</summary>
    /// <param name="training">
    /// The settings as an object of named properties. Those of the device, the columns, the reading of images and the reports do not
    /// decide anything.
    /// </param>
    public static string Write(object training) => JsonSerializer.Serialize(training, _format);

    /// <summary>What a description says of images.</summary>
    public static object Identity(TrainingImages images) => new { images.Count, Sha256 = images.Digest };

    /// <summary>The seed in a description.</summary>
    public static int Seed(string configuration) => (int)JsonNode.Parse(configuration)![SeedProperty]!;

    /// <summary>Throws where a checkpoint belongs to another training.</summary>
    /// <exception cref="InvalidOperationException">The message names the differences.</exception>
    public static void CheckSame(string saved, string current, string file)
    {
        List<string> differences = [.. Differences(JsonNode.Parse(saved), JsonNode.Parse(current), "")];
        if (differences.Count > 0)
        {
            string more = differences.Count > MaxDifferences ? $"; and {differences.Count - MaxDifferences} more" : "";
            throw new InvalidOperationException(
                $"The checkpoint '{file}' belongs to another training: {string.Join("; ", differences.Take(MaxDifferences))}{more}. "
                + "Use the same settings and data to go on with it, set WorkspacePath to another folder, or delete it.");
        }
    }

    private static IEnumerable<string> Differences(JsonNode? saved, JsonNode? current, string name)
    {
        if (saved is JsonObject before && current is JsonObject now)
        {
            IEnumerable<string> names = before.Select(p => p.Key).Union(now.Select(p => p.Key));
            return names.SelectMany(n => Differences(before[n], now[n], name.Length == 0 ? n : $"{name}.{n}"));
        }

        if (saved is JsonArray list && current is JsonArray other)
        {
            return Enumerable.Range(0, Math.Max(list.Count, other.Count))
                .SelectMany(i => Differences(list.ElementAtOrDefault(i), other.ElementAtOrDefault(i), $"{name}[{i}]"));
        }

        return JsonNode.DeepEquals(saved, current) ? [] : [$"{name} is {Text(saved)} in the checkpoint and {Text(current)} now"];
    }

    private static string Text(JsonNode? node)
    {
        string text = node?.ToJsonString(_format) ?? "nothing";
        return text.Length <= MaxValueLength ? text : text[..MaxValueLength] + "...";
    }
}
