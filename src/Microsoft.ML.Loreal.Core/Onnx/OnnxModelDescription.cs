using System.Globalization;
using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.Onnx;

/// <summary>What an exported ONNX file says of itself in its metadata properties.</summary>
/// <param name="ClassNames">The classes, in the order of the scores.</param>
/// <param name="Resolution">phi, the side in pixels of the input.</param>
/// <param name="Preprocessing">How pictures become the input's 8-bit pixels; what follows, the normalization, is in the graph.</param>
/// <param name="Method">The method's name, with "+attributes" for LOREAL, or "PromptKD".</param>
/// <param name="Version">The version of the product that wrote the file.</param>
/// <param name="BackboneSha256">The SHA-256 of the backbone's weights: 64 lower-case hexadecimal digits.</param>
/// <param name="Weights">How the weights are stored, such as "float32".</param>
/// <param name="Input">The name of its input: <see cref="Pixels"/> or <see cref="Image"/>.</param>
internal sealed record OnnxModelDescription(
    IReadOnlyList<string> ClassNames,
    int Resolution,
    ImageProcessorSettings Preprocessing,
    string Method,
    string Version,
    string BackboneSha256,
    string Weights,
    string Input)
{
    /// <summary>The name of an input for pixels that are resized and cut out.</summary>
    public const string Pixels = "pixels";

    /// <summary>The name of an input for a whole picture.</summary>
    public const string Image = "image";

    /// <summary>The name of the output with the probabilities.</summary>
    public const string Scores = "scores";

    /// <summary>The name of the output with the normalized image features.</summary>
    public const string Features = "features";

    /// <summary>What the name of a file with the weights has after the model's.</summary>
    public const string WeightsExtension = ".data";

    /// <summary>
    /// The property with the SHA-256 of the weights, for weights in a file of their own, which ends with the same: 32 bytes.
    /// </summary>
    public const string WeightsIdentityKey = "loreal.weights_sha256";

    private const string Format = "1";
    private const string FormatKey = "loreal.format";
    private const string ClassesKey = "loreal.classes";
    private const string ResolutionKey = "loreal.resolution";
    private const string PreprocessingKey = "loreal.preprocessing";
    private const string MethodKey = "loreal.method";
    private const string VersionKey = "loreal.version";
    private const string BackboneKey = "loreal.backbone_sha256";
    private const string WeightsKey = "loreal.weights";
    private const string InputKey = "loreal.input";

    private static readonly string[] _knownWeights = ["float32", "float16", "int8"];
    private static readonly string[] _knownInputs = [Pixels, Image];

    /// <summary>The metadata properties of the file.</summary>
    public IReadOnlyDictionary<string, string> ToProperties() => new Dictionary<string, string>
    {
        [FormatKey] = Format,
        [ClassesKey] = PropertyJson.Write(ClassNames),
        [ResolutionKey] = Resolution.ToString(CultureInfo.InvariantCulture),
        [PreprocessingKey] = PropertyJson.Write(Preprocessing),
        [MethodKey] = Method,
        [VersionKey] = Version,
        [BackboneKey] = BackboneSha256,
        [WeightsKey] = Weights,
        [InputKey] = Input,
    };

    /// <summary>Reads what <see cref="ToProperties"/> wrote. Properties that it does not know are left alone.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is not one of this product's, has another format, or a property is missing or damaged.
    /// </exception>
    public static OnnxModelDescription FromProperties(IReadOnlyDictionary<string, string> properties)
    {
        if (!properties.TryGetValue(FormatKey, out string? format))
        {
            throw new InvalidDataException(
                $"The ONNX model was not exported by Microsoft.ML.Loreal: it has no metadata property '{FormatKey}'. Give a file that "
                + "SaveAsOnnx wrote.");
        }

        if (format != Format)
        {
            throw new InvalidDataException(
                $"The ONNX model has the format '{format}', written by version {properties.GetValueOrDefault(VersionKey, "(unknown)")} of "
                + $"Microsoft.ML.Loreal; this version reads format {Format}. Use the version that wrote it, or export the model again.");
        }

        var description = new OnnxModelDescription(
            PropertyJson.ReadNames(ClassesKey, Text(ClassesKey)),
            int.TryParse(Text(ResolutionKey), NumberStyles.None, CultureInfo.InvariantCulture, out int resolution) ? resolution : 0,
            PropertyJson.ReadSettings(PreprocessingKey, Text(PreprocessingKey)),
            Text(MethodKey),
            Text(VersionKey),
            Text(BackboneKey),
            Text(WeightsKey),
            Text(InputKey));
        description.Check(Text(ResolutionKey));
        return description;

        string Text(string key) => properties.GetValueOrDefault(key) is { Length: > 0 } text
            ? text
            : throw new InvalidDataException(
                $"The ONNX model has no metadata property '{key}', which its format {Format} has; export the model again.");
    }

    private void Check(string resolution)
    {
        Expect(ClassNames.Count >= 2, ClassesKey, $"{ClassNames.Count} class(es)", "two or more");
        Expect(!ClassNames.Any(string.IsNullOrWhiteSpace), ClassesKey, "an empty name", "names only");
        string? twice = ClassNames.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1)?.Key;
        Expect(twice is null, ClassesKey, $"'{twice}' twice", "each name once");
        Expect(
            Resolution is >= 1 and <= PropertyJson.MaxSide, ResolutionKey, $"'{resolution}'", $"a number from 1 to {PropertyJson.MaxSide}");
        int resized = new ImageProcessor(Preprocessing).ResizedSide(Resolution);
        Expect(
            resized is >= 1 and <= PropertyJson.MaxSide,
            PreprocessingKey,
            $"sides of which pictures are resized to {resized} for a resolution of {Resolution}",
            $"sides that give 1 to {PropertyJson.MaxSide}");
        Expect(
            BackboneSha256.Length == 64 && BackboneSha256.All(char.IsAsciiHexDigitLower),
            BackboneKey,
            $"'{BackboneSha256}'",
            "64 lower-case hexadecimal digits");
        Expect(_knownWeights.Contains(Weights), WeightsKey, $"'{Weights}'", $"one of {string.Join(", ", _knownWeights)}");
        Expect(_knownInputs.Contains(Input), InputKey, $"'{Input}'", $"one of {string.Join(", ", _knownInputs)}");
    }

    private static void Expect(bool valid, string key, string found, string expected)
    {
        if (!valid)
        {
            throw PropertyJson.Damaged(key, found, expected);
        }
    }
}
