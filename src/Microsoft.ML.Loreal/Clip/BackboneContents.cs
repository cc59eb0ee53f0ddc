using Microsoft.ML.Loreal.Clip.Tokenizer;
using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>What the files of a backbone say, read and checked against each other. The weights stay where they are.</summary>
internal sealed class BackboneContents
{
    public const string WeightsFile = "model.safetensors";

    private const string ConfigFile = "config.json";
    private const string VocabularyFile = "vocab.json";
    private const string MergesFile = "merges.txt";
    private const string OpenAIVocabularyFile = "bpe_simple_vocab_16e6.txt.gz";

    private BackboneContents(ClipConfig config, ClipTokenizer tokenizer, ImageProcessor imageProcessor, IReadOnlyList<string> fileNames)
    {
        Config = config;
        Tokenizer = tokenizer;
        ImageProcessor = imageProcessor;
        FileNames = fileNames;
    }

    public ClipConfig Config { get; }

    public ClipTokenizer Tokenizer { get; }

    public ImageProcessor ImageProcessor { get; }

    public IReadOnlyList<string> FileNames { get; }

    public static bool IsPickle(string path) =>
        Path.GetExtension(path).ToUpperInvariant() is ".PT" or ".PTH" or ".BIN" or ".CKPT" or ".PKL";

    public static NotSupportedException PickleGiven(string path) =>
        new(
            $"The weights '{path}' are a Python pickle, which is never read because it can run code. Convert them to safetensors and save "
            + $"them as {WeightsFile}.");

    public static string Describe(IBackboneFiles files, string name) => $"{name} of {files.Description}";

    /// <summary>JSON may escape half of a surrogate pair; its reader notices when the text is asked for.</summary>
    public static InvalidDataException NotUnicode(string description, InvalidOperationException error) =>
        new($"{description} has text that is not Unicode.", error);

    public static BackboneContents Read(IBackboneFiles files)
    {
        bool hasConfig = files.Exists(ConfigFile);
        bool hasHuggingFaceVocabulary = files.Exists(VocabularyFile) && files.Exists(MergesFile);
        CheckComplete(files, hasConfig, hasHuggingFaceVocabulary);
        using var checkpoint = ClipCheckpoint.Open(files.Open(WeightsFile), Describe(files, WeightsFile));
        if (!hasConfig && checkpoint.IsHuggingFace)
        {
            throw Missing(files, [ConfigFile + " (the weights have Hugging Face's names, which do not tell the model's sizes)"]);
        }

        ClipConfig config = hasConfig ? ReadConfig(files) : ClipConfig.FromStateDict(checkpoint.Shapes, Describe(files, WeightsFile));
        checkpoint.Check(config);
        ClipVocabulary vocabulary = hasHuggingFaceVocabulary ? ReadHuggingFaceVocabulary(files) : ReadOpenAIVocabulary(files, config);
        if (vocabulary.Tokens.Count != config.VocabularySize)
        {
            throw new InvalidDataException(
                $"The vocabulary of {files.Description} has {vocabulary.Tokens.Count} tokens; the model has {config.VocabularySize}.");
        }

        var tokenizer = new ClipTokenizer(vocabulary, config.ContextLength);
        CheckEndOfText(config, tokenizer, files);
        string[] vocabularyFiles = hasHuggingFaceVocabulary ? [VocabularyFile, MergesFile] : [OpenAIVocabularyFile];
        (ImageProcessorSettings preprocessing, string? preprocessorFile) = PreprocessorConfig.Read(files, config.ImageResolution);
        string?[] names = [ConfigFile, preprocessorFile, .. vocabularyFiles, WeightsFile];
        return new BackboneContents(
            config, tokenizer, new ImageProcessor(preprocessing), [.. names.OfType<string>().Where(files.Exists)]);
    }

    private static void CheckComplete(IBackboneFiles files, bool hasConfig, bool hasHuggingFaceVocabulary)
    {
        var missing = new List<string>();
        if (!files.Exists(WeightsFile))
        {
            missing.Add(WeightsFile);
            if (!hasConfig)
            {
                missing.Add(ConfigFile);
            }
        }

        if (!hasHuggingFaceVocabulary && !files.Exists(OpenAIVocabularyFile))
        {
            string half = files.Exists(VocabularyFile) ? MergesFile
                : files.Exists(MergesFile) ? VocabularyFile
                : $"{VocabularyFile} and {MergesFile}";
            missing.Add($"{half} (or {OpenAIVocabularyFile})");
        }

        if (missing.Count > 0)
        {
            throw Missing(files, missing);
        }
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

    private static void CheckEndOfText(ClipConfig config, ClipTokenizer tokenizer, IBackboneFiles files)
    {
        if (config.EndOfTextToken is { } end && end != tokenizer.EndOfText)
        {
            throw new InvalidDataException(
                $"{Describe(files, ConfigFile)}: text_config.eos_token_id is {end}; the end of a text is token {tokenizer.EndOfText} of "
                + "the vocabulary.");
        }
    }

    private static ClipVocabulary ReadHuggingFaceVocabulary(IBackboneFiles files)
    {
        using Stream vocabulary = files.Open(VocabularyFile);
        using Stream merges = files.Open(MergesFile);
        return ClipVocabulary.FromHuggingFace(vocabulary, merges, files.Description);
    }

    private static ClipVocabulary ReadOpenAIVocabulary(IBackboneFiles files, ClipConfig config)
    {
        using Stream compressed = files.Open(OpenAIVocabularyFile);
        return ClipVocabulary.FromOpenAI(compressed, config.VocabularySize, Describe(files, OpenAIVocabularyFile));
    }
}
