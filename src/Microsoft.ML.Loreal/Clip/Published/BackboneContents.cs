using System.Text.Json;
using Microsoft.ML.Loreal.Clip.Tokenizer;
using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>What the files of a backbone say, read and checked against each other. The weights stay where they are.</summary>
internal sealed class BackboneContents
{
    public const string ConfigFile = "config.json";
    public const string OpenClipConfigFile = "open_clip_config.json";

    private BackboneContents(
        ClipConfig config, ClipTokenizer tokenizer, ImageProcessor imageProcessor, WeightFiles weights, IReadOnlyList<string> fileNames)
    {
        Config = config;
        Weights = weights;
        Tokenizer = tokenizer;
        ImageProcessor = imageProcessor;
        FileNames = fileNames;
    }

    /// <summary>The names of all files that are read for a backbone, but for its weights, whose names vary.</summary>
    public static IReadOnlyList<string> SmallFiles { get; } =
        [ConfigFile, OpenClipConfigFile, .. PreprocessorConfig.FileNames, .. VocabularyFiles.AllNames, .. WeightFiles.IndexNames];

    public ClipConfig Config { get; }

    public ClipTokenizer Tokenizer { get; }

    public ImageProcessor ImageProcessor { get; }

    public WeightFiles Weights { get; }

    public IReadOnlyList<string> FileNames { get; }

    /// <summary>Whether a file says the model's sizes and activation.</summary>
    public static bool HasConfig(IBackboneFiles files) => files.Exists(ConfigFile) || files.Exists(OpenClipConfigFile);

    public static bool IsPickle(string path) =>
        Path.GetExtension(path).ToUpperInvariant() is ".PT" or ".PTH" or ".BIN" or ".CKPT" or ".PKL";

    public static NotSupportedException PickleGiven(string path) =>
        new(
            $"The weights {path} are a Python pickle, which is never read because it can run code. Many models are published as "
            + "safetensors too: get that file. Otherwise convert the weights in Python, with torch.load(file, weights_only=True) and "
            + $"safetensors.torch.save_file, to {WeightFiles.Standard}.");

    public static string Describe(IBackboneFiles files, string name) => $"{name} of {files.Description}";

    /// <summary>Checks by their names alone that some files can be a backbone.</summary>
    /// <exception cref="FileNotFoundException">Some are missing.</exception>
    /// <exception cref="NotSupportedException">The weights are in another format.</exception>
    public static void CheckListed(IBackboneFiles files) =>
        CheckComplete(files, HasConfig(files), files.Names.Any(WeightFiles.IsWeights));

    /// <summary>Finds out which files hold the weights, which need not be there yet; those of <see cref="SmallFiles"/> must.</summary>
    /// <exception cref="FileNotFoundException">Some files are missing.</exception>
    /// <exception cref="NotSupportedException">The model is of another kind.</exception>
    public static WeightFiles FindWeights(IBackboneFiles files)
    {
        string? configFile = FindConfig(files);
        if (configFile is not null)
        {
            _ = ReadConfig(files, configFile);
        }

        var weights = WeightFiles.Find(files, preferOpenClip: configFile == OpenClipConfigFile);
        CheckComplete(files, configFile is not null, weights is not null);
        return weights!;
    }

    /// <summary>Reads the files.</summary>
    /// <param name="files">Where they are.</param>
    /// <param name="activation">The activation of both towers where the files do not say it.</param>
    public static BackboneContents Read(IBackboneFiles files, ClipActivation? activation)
    {
        string? configFile = FindConfig(files);
        bool isOpenClip = configFile == OpenClipConfigFile;
        ClipConfig? config = configFile is null ? null : ReadConfig(files, configFile);
        var weights = WeightFiles.Find(files, preferOpenClip: isOpenClip);
        using ClipCheckpoint? checkpoint = weights is null ? null : ClipCheckpoint.Open(files, weights);
        CheckComplete(files, configFile is not null, checkpoint is not null);
        if (config is null)
        {
            config = Infer(files, checkpoint!, activation);
        }
        else if (activation is { } given && (config.VisionActivation != given || config.TextActivation != given))
        {
            throw new ArgumentException(
                $"The activation {given} was given; {Describe(files, configFile!)} says {config.VisionActivation} for the vision and "
                + $"{config.TextActivation} for the text tower. Leave the argument out.",
                nameof(activation));
        }

        checkpoint!.Check(config);
        var vocabulary = VocabularyFiles.Read(files, config.VocabularySize);
        var tokenizer = new ClipTokenizer(
            vocabulary.Contents,
            config.ContextLength,
            readsLargest: vocabulary.Contents.Added.Count > 0 && configFile is not null && ReadsLargestToken(files, configFile, config));
        if (config.EndOfTextToken is { } end && end != tokenizer.EndOfText)
        {
            throw new InvalidDataException(
                $"{Describe(files, configFile!)}: the text tower's {(isOpenClip ? "eos_id" : "eos_token_id")} is {end}; the end of a text "
                + $"is token {tokenizer.EndOfText} of the vocabulary.");
        }

        (ImageProcessorSettings preprocessing, string? preprocessorFile) = isOpenClip
            ? (
                BackboneJson.Read(
                    files, configFile!, (root, description) => OpenClipPreprocessing.Read(root, config.ImageResolution, description)),
                null)
            : PreprocessorConfig.Read(files, config.ImageResolution);
        string?[] names = [configFile, preprocessorFile, .. vocabulary.Names, .. weights!.AllNames];
        return new BackboneContents(
            config, tokenizer, new ImageProcessor(preprocessing), weights, [.. names.OfType<string>().Where(files.Exists)]);
    }

    /// <summary>The configuration that counts: transformers' unless it is not one of CLIP and open_clip's is there too.</summary>
    private static string? FindConfig(IBackboneFiles files)
    {
        bool hasOpenClip = files.Exists(OpenClipConfigFile);
        if (!files.Exists(ConfigFile))
        {
            return hasOpenClip ? OpenClipConfigFile : null;
        }

        if (!hasOpenClip)
        {
            return ConfigFile;
        }

        return BackboneJson.Read(files, ConfigFile, (root, _) => HasTowers(root)) ? ConfigFile : OpenClipConfigFile;
    }

    /// <summary>
    /// Whether a text is read at its token with the largest id, which is not its end where a token was added above that: for open_clip
    /// unless its file says otherwise, for transformers where the file says 2.
    /// </summary>
    private static bool ReadsLargestToken(IBackboneFiles files, string configFile, ClipConfig config) =>
        config.EndOfTextToken is null && (configFile == OpenClipConfigFile || BackboneJson.Read(files, configFile, (root, _) =>
            new[] { "text_config", "text_config_dict" }.Any(name =>
                root.TryGetProperty(name, out JsonElement text)
                && text.ValueKind == JsonValueKind.Object
                && text.TryGetProperty("eos_token_id", out JsonElement end)
                && end.ValueKind == JsonValueKind.Number)));

    /// <summary>Old files call the two objects otherwise.</summary>
    private static bool HasTowers(JsonElement root) =>
        (root.TryGetProperty("text_config", out _) || root.TryGetProperty("text_config_dict", out _))
        && (root.TryGetProperty("vision_config", out _) || root.TryGetProperty("vision_config_dict", out _));

    private static void CheckComplete(IBackboneFiles files, bool hasConfig, bool hasWeights)
    {
        var missing = new List<string>();
        if (!hasWeights)
        {
            if (OtherModels.InsteadOfWeights(files) is { } error)
            {
                throw error;
            }

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

        if (missing.Count > 0)
        {
            throw Missing(files, missing);
        }
    }

    private static FileNotFoundException Missing(IBackboneFiles files, IReadOnlyList<string> missing) =>
        new(
            $"{OtherModels.Capitalized(files.Description)} is not a complete CLIP model; missing: {string.Join(", ", missing)}.",
            missing[0]);

    private static ClipConfig ReadConfig(IBackboneFiles files, string name)
    {
        if (name == OpenClipConfigFile)
        {
            return BackboneJson.Read(files, name, OpenClipConfig.Read);
        }

        string description = Describe(files, name);
        try
        {
            using Stream json = files.Open(name);
            return ClipConfig.FromHuggingFace(json, description);
        }
        catch (InvalidOperationException e)
        {
            throw BackboneJson.NotUnicode(description, e);
        }
    }

    /// <summary>The configuration that openai's names and shapes tell, with the activation, which only openai's own files tell.</summary>
    private static ClipConfig Infer(IBackboneFiles files, ClipCheckpoint checkpoint, ClipActivation? activation)
    {
        if (checkpoint.IsHuggingFace)
        {
            throw Missing(files, [ConfigFile + " (the weights have Hugging Face's names, which do not tell the model's sizes)"]);
        }

        var sizes = ClipConfig.FromStateDict(checkpoint.Shapes, checkpoint.Description);
        if (checkpoint.IsOpenAI && activation == ClipActivation.Gelu)
        {
            throw new ArgumentException(
                $"The activation {activation} was given; {checkpoint.Description} is OpenAI's own, which has {ClipActivation.QuickGelu}. "
                + "Leave the argument out.",
                nameof(activation));
        }

        ClipActivation used = activation ?? (checkpoint.IsOpenAI
            ? ClipActivation.QuickGelu
            : throw new FileNotFoundException(
                $"{OtherModels.Capitalized(files.Description)} has neither {ConfigFile} nor {OpenClipConfigFile}, and the weights do not "
                + "tell whether the towers' activation is QuickGELU, as in OpenAI's models, or GELU, as in most of open_clip's. Add the "
                + "file that was published with the weights, or say it: ClipBackbone.FromFolder(folder, ClipActivation.QuickGelu) or "
                + "ClipActivation.Gelu.",
                ConfigFile));
        return sizes with { VisionActivation = used, TextActivation = used };
    }
}
