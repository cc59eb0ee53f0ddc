using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.PromptKD.Teacher;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Loreal.Training.Data;
using TorchSharp;

namespace Microsoft.ML.Loreal.Training.Checkpoints;

/// <summary>
/// Everything that decides what a training learns, as JSON: two trainings with equal descriptions give equal weights on a CPU.
/// </summary>
internal static class TrainingConfiguration
{
    private const int MostDifferences = 5;
    private const int LongestValue = 80;

    private static readonly JsonSerializerOptions _format = new()
    {
        Converters = { new JsonStringEnumConverter() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // What is not set is not told, so that files from before there was an option stay those of its default.
    private static readonly JsonSerializerOptions _encodingFormat = new(_format) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Describes a training.</summary>
    /// <param name="options">
    /// The settings. Those of the device, the columns, the reading of images and the reports do not decide anything.
    /// </param>
    /// <param name="seed">The seed of everything random.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="images">The training images.</param>
    /// <param name="validation">The validation images that are not taken from them.</param>
    public static string Describe(LorealTrainer.Options options, int seed, IReadOnlyList<string> classNames, TrainingImages images, TrainingImages? validation) =>
        JsonSerializer.Serialize(
            new
            {
                Seed = seed,
                Precision = Reduced(options.Precision),
                ClassNames = classNames,
                Images = Identity(images),
                ValidationSet = validation is null ? null : Identity(validation),
                options.ValidationFraction,
                Backbone = options.Backbone.Sha256,
                LowResolution = Resolutions.Low(options, options.Backbone.Config),
                TrainResolution = Resolutions.Train(options, options.Backbone.Config),
                Method = options.Method.Describe(),
                options.Attributes,
                options.TokensPerAttribute,
                options.HiddenWidth,
                options.MetaNetInitialization,
                options.Bridge,
                options.Lambda1,
                options.Lambda2,
                options.BridgeWeight,
                options.Temperature,
                options.MixMaximum,
                options.MixStart,
                StandardStudent = options.StandardStudent is { } student ? ModelDigest.Of(student.Model) : null,
                BaseStage = options.BaseStage ?? options.Method.PublishedStage,
                options.DistillationStage,
                options.EarlyStopping,
                options.ViewsPerImage,
                options.MinimumCropArea,
            },
            _format);

    /// <summary>Describes a PromptKD training.</summary>
    /// <param name="options">
    /// The settings. Those of the device, the columns, the reading of images and the reports do not decide anything.
    /// </param>
    /// <param name="seed">The seed of everything random.</param>
    /// <param name="images">The training images.</param>
    public static string Describe(PromptKDTrainer.Options options, int seed, TrainingImages images) =>
        JsonSerializer.Serialize(
            new
            {
                Seed = seed,
                Precision = Reduced(options.Precision),
                Images = Identity(images),
                Teacher = ModelDigest.Of(options.Teacher!.Model),
                ClassNames = options.ClassNames ?? options.Teacher.ClassNames,
                Backbone = options.Backbone.Sha256,
                LowResolution = options.StudentResolution,
                options.PromptTokens,
                options.PromptDepth,
                options.Temperature,
                options.DistillationWeight,
                options.NegativePromptWeight,
                options.Stage,
                options.ViewsPerImage,
                options.MinimumCropArea,
                Regions = options.Regions is { } table ? new { table.LabelsKept, table.Sparsification, table.Seed } : null,
            },
            _format);

    /// <summary>Describes what decides how a given view is encoded.</summary>
    public static string DescribeEncoding(LorealTrainer.Options options, torch.Device device) => JsonSerializer.Serialize(
        new
        {
            Package = typeof(TrainingConfiguration).Assembly.GetName().Version!.ToString(),
            Torch = torch.__version__,
            Device = device.type,
            Backbone = options.Backbone.Sha256,
            Method = options.Method.Describe(),
            Precision = Reduced(options.Precision),
        },
        _encodingFormat);

    /// <summary>Describes what decides how a teacher encodes a given view.</summary>
    public static string DescribeEncoding(PromptKDTeacher teacher) => JsonSerializer.Serialize(
        new
        {
            Package = typeof(TrainingConfiguration).Assembly.GetName().Version!.ToString(),
            Torch = torch.__version__,
            Device = teacher.Device.type,
            Teacher = teacher.Digest,
        },
        _format);

    /// <summary>The seed in a description.</summary>
    public static int Seed(string configuration) => (int)JsonNode.Parse(configuration)![nameof(LorealTrainer.Options.Seed)]!;

    /// <summary>Throws where a checkpoint belongs to another training.</summary>
    /// <exception cref="InvalidOperationException">The message names the differences.</exception>
    public static void CheckSame(string saved, string current, string file)
    {
        List<string> differences = [.. Differences(JsonNode.Parse(saved), JsonNode.Parse(current), "")];
        if (differences.Count > 0)
        {
            string more = differences.Count > MostDifferences ? $"; and {differences.Count - MostDifferences} more" : "";
            throw new InvalidOperationException(
                $"The checkpoint '{file}' belongs to another training: {string.Join("; ", differences.Take(MostDifferences))}{more}. "
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
        return text.Length <= LongestValue ? text : text[..LongestValue] + "...";
    }

    private static ComputePrecision? Reduced(ComputePrecision precision) => precision == ComputePrecision.Single ? null : precision;

    private static object Identity(TrainingImages images) => new { images.Count, Sha256 = images.Digest };
}
