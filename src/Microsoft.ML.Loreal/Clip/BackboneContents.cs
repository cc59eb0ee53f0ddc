using System.Text.Json;
using Microsoft.ML.Loreal.Clip.Tokenizer;
using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>What the files of a backbone say, read and checked against each other. The weights stay where they are.</summary>
internal sealed class BackboneContents
{
    private const string ConfigFile = "config.json";
    private const string PreprocessorFile = "preprocessor_config.json";

    private BackboneContents(
        ClipConfig config, ClipTokenizer tokenizer, ImageProcessor imageProcessor, WeightFiles weights, IReadOnlyList<string> fileNames)
    {
        Config = config;
        Weights = weights;
        Tokenizer = tokenizer;
        ImageProcessor = imageProcessor;
        FileNames = fileNames;
    }

    public ClipConfig Config { get; }

    public ClipTokenizer Tokenizer { get; }

    public ImageProcessor ImageProcessor { get; }

    public WeightFiles Weights { get; }

    public IReadOnlyList<string> FileNames { get; }

    public static bool IsPickle(string path) =>
        Path.GetExtension(path).ToUpperInvariant() is ".PT" or ".PTH" or ".BIN" or ".CKPT" or ".PKL";

    public static NotSupportedException PickleGiven(string path) =>
        new(
            $"The weights '{path}' are a Python pickle, which is never read because it can run code. Convert them to safetensors and save "
            + $"them as {WeightFiles.Standard}.");

    public static string Describe(IBackboneFiles files, string name) => $"{name} of {files.Description}";

    public static BackboneContents Read(IBackboneFiles files)
    {
        bool hasConfig = files.Exists(ConfigFile);
        WeightFiles weights = FindWeights(files, hasConfig);
        using var checkpoint = ClipCheckpoint.Open(files, weights);
        if (!hasConfig && checkpoint.IsHuggingFace)
        {
            throw Missing(files, [ConfigFile + " (the weights have Hugging Face's names, which do not tell the model's sizes)"]);
        }

        ClipConfig config = hasConfig ? ReadConfig(files) : ClipConfig.FromStateDict(checkpoint.Shapes, checkpoint.Description);
        checkpoint.Check(config);
        var vocabulary = VocabularyFiles.Read(files, config.VocabularySize);
        string[] names = [ConfigFile, PreprocessorFile, .. vocabulary.Names, .. weights.AllNames];
        return new BackboneContents(
            config,
            new ClipTokenizer(vocabulary.Contents, config.ContextLength),
            ReadPreprocessor(files),
            weights,
            [.. names.Where(files.Exists)]);
    }

    private static WeightFiles FindWeights(IBackboneFiles files, bool hasConfig)
    {
        var missing = new List<string>();
        var weights = WeightFiles.Find(files, preferOpenClip: false);
        if (weights is null)
        {
            missing.Add(WeightFiles.Standard);
            if (!hasConfig)
            {
                missing.Add(ConfigFile);
            }
        }

        if (VocabularyFiles.Missing(files) is { } vocabulary)
        {
            missing.Add(vocabulary);
        }

        return missing.Count > 0 ? throw Missing(files, missing) : weights!;
    }

    private static FileNotFoundException Missing(IBackboneFiles files, IReadOnlyList<string> missing) =>
        new(
            $"{char.ToUpperInvariant(files.Description[0])}{files.Description[1..]} is not a complete CLIP model; missing: "
            + $"{string.Join(", ", missing)}.",
            missing[0]);

    private static ClipConfig ReadConfig(IBackboneFiles files)
    {
        string description = Describe(files, ConfigFile);
        try
        {
            using Stream json = files.Open(ConfigFile);
            return ClipConfig.FromHuggingFace(json, description);
        }
        catch (InvalidOperationException e)
        {
            throw NotUnicode(description, e);
        }
    }

    private static ImageProcessor ReadPreprocessor(IBackboneFiles files)
    {
        if (!files.Exists(PreprocessorFile))
        {
            return new ImageProcessor(ImageProcessor.ClipMean, ImageProcessor.ClipDeviation);
        }

        string description = Describe(files, PreprocessorFile);
        try
        {
            using Stream json = files.Open(PreprocessorFile);
            using var document = JsonDocument.Parse(json);
            ReadOnlySpan<float> deviation = Channels(document.RootElement, "image_std", ImageProcessor.ClipDeviation, description);
            if (deviation.ContainsAnyInRange(float.NegativeInfinity, 0f))
            {
                throw new InvalidDataException(
                    $"{description}: image_std is [{string.Join(", ", deviation.ToArray())}]; expected positive numbers.");
            }

            return new ImageProcessor(Channels(document.RootElement, "image_mean", ImageProcessor.ClipMean, description), deviation);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{description} is not valid JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            throw NotUnicode(description, e);
        }
    }

    /// <summary>JSON may escape half of a surrogate pair; its reader notices when the text is asked for.</summary>
    private static InvalidDataException NotUnicode(string description, InvalidOperationException error) =>
        new($"{description} has text that is not Unicode.", error);

    private static ReadOnlySpan<float> Channels(JsonElement root, string name, ReadOnlySpan<float> otherwise, string description)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException($"{description} is a {root.ValueKind}; expected an object.");
        }

        if (!root.TryGetProperty(name, out JsonElement values))
        {
            return otherwise;
        }

        if (values.ValueKind != JsonValueKind.Array
            || values.GetArrayLength() != 3
            || values.EnumerateArray().Any(value => value.ValueKind != JsonValueKind.Number || !float.IsFinite(value.GetSingle())))
        {
            throw new InvalidDataException($"{description}: {name} is {values.GetRawText()}; expected three numbers.");
        }

        return values.EnumerateArray().Select(value => value.GetSingle()).ToArray();
    }
}
