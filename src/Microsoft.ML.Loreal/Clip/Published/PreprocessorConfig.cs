using System.Text.Json;
using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>
/// What preprocessor_config.json, or the object image_processor of processor_config.json, says of pictures: a Hugging Face
/// <c>CLIPImageProcessor</c>. Each of its fields is used or refused; other fields have no effect on a picture.
/// </summary>
internal sealed class PreprocessorConfig
{
    private const string PreprocessorFile = "preprocessor_config.json";
    private const string ProcessorFile = "processor_config.json";
    private const string NestedProcessor = "image_processor";

    private const int MaxSide = ushort.MaxValue;

    private static readonly string[] _knownSwitches =
        ["do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb", "do_reduce_labels"];

    private readonly JsonElement _root;
    private readonly string _description;
    private readonly int _imageSize;

    private PreprocessorConfig(JsonElement root, string description, int imageSize)
    {
        _root = root;
        _description = description;
        _imageSize = imageSize;
    }

    /// <summary>The names that are looked for.</summary>
    public static IReadOnlyList<string> FileNames { get; } = [ProcessorFile, PreprocessorFile];

    /// <summary>Reads the file that says how pictures are processed, as transformers chooses it.</summary>
    /// <param name="files">The backbone's files.</param>
    /// <param name="imageSize">The model's standard resolution.</param>
    /// <returns>What it says, and the file's name; CLIP's own and null where there is no such file.</returns>
    /// <exception cref="InvalidDataException">A field does not make sense.</exception>
    /// <exception cref="NotSupportedException">A field asks for something that is not supported.</exception>
    public static (ImageProcessorSettings Settings, string? FileName) Read(IBackboneFiles files, int imageSize) =>
        Read(files, ProcessorFile, NestedProcessor, imageSize) is { } nested ? (nested, ProcessorFile)
        : Read(files, PreprocessorFile, null, imageSize) is { } settings ? (settings, PreprocessorFile)
        : (new ImageProcessorSettings(), null);

    private static ImageProcessorSettings? Read(IBackboneFiles files, string name, string? nested, int imageSize) =>
        !files.Exists(name) ? null : BackboneJson.Read(files, name, (root, description) =>
        {
            if (nested is null)
            {
                return new PreprocessorConfig(root, description, imageSize).Settings();
            }

            if (!root.TryGetProperty(nested, out JsonElement processor) || processor.ValueKind == JsonValueKind.Null)
            {
                return null;
            }

            description = $"{nested} in {description}";
            return processor.ValueKind == JsonValueKind.Object
                ? new PreprocessorConfig(processor, description, imageSize).Settings()
                : throw new InvalidDataException($"{description} is a {processor.ValueKind}; expected an object.");
        });

    private ImageProcessorSettings Settings()
    {
        CheckType();
        CheckOtherSteps();
        bool normalize = Switch("do_normalize");
        (ResizeMode mode, int resized) = Size();
        var settings = new ImageProcessorSettings
        {
            ResizeMode = mode,
            Filter = Filter(),
            ResizedSide = resized,
            CroppedSide = _imageSize,
            RescaleFactor = Switch("do_rescale") ? RescaleFactor() : 1,
            Mean = normalize ? Channels("image_mean", ImageProcessor.ClipMean) : [0, 0, 0],
            Deviation = normalize ? Deviation() : [1, 1, 1],
        };
        return settings.IsFinite ? settings
            : throw new InvalidDataException(
                $"{_description}: with its rescale_factor, image_mean and image_std not every level becomes a finite number.");
    }

    /// <summary>The kind of processor; older files call it a feature extractor.</summary>
    private void CheckType()
    {
        string name = Find("image_processor_type") is null ? "feature_extractor_type" : "image_processor_type";
        if (Find(name) is { } type
            && (type.ValueKind != JsonValueKind.String
                || type.GetString() is not ("CLIPImageProcessor" or "CLIPImageProcessorFast" or "CLIPImageProcessorPil"
                    or "CLIPFeatureExtractor")))
        {
            throw NotSupported(
                name,
                type,
                "only CLIPImageProcessor is supported. Where the model was trained with the same steps, say so with CLIPImageProcessor and "
                + "all of its fields");
        }
    }

    private void CheckOtherSteps()
    {
        foreach (JsonProperty field in _root.EnumerateObject())
        {
            bool asked = field.Name == "crop_pct" ? field.Value.ValueKind != JsonValueKind.Null
                : (field.Name == "use_square_size" || field.Name.StartsWith("do_", StringComparison.Ordinal))
                    && !_knownSwitches.Contains(field.Name) && field.Value.ValueKind == JsonValueKind.True;
            if (asked)
            {
                throw NotSupported(
                    field.Name, field.Value, "pictures can only be resized, cropped in the center, rescaled and normalized. Remove it");
            }
        }
    }

    private (ResizeMode Mode, int Side) Size()
    {
        if (!Switch("do_resize"))
        {
            throw NotSupported(
                "do_resize", Find("do_resize")!.Value, "pictures of any size are scored, so they are always resized. Set it to true");
        }

        (bool square, int side) = Find("size") is not { } size ? (false, _imageSize)
            : IsWhole(size, out int number) ? (Find("default_to_square") is { ValueKind: JsonValueKind.True }, number)
            : Side(size, "height", "width") is { } both ? (true, both)
            : Side(size, "shortest_edge", null) is { } edge ? (false, edge)
            : throw NotSupported(
                "size",
                size,
                "expected {\"shortest_edge\": s}, a number, which is the same, or {\"height\": s, \"width\": s} with two equal numbers");
        if (side is < 1 or > MaxSide)
        {
            throw Invalid("size", Find("size")!.Value, $"1 to {MaxSide} pixels");
        }

        if (Switch("do_center_crop"))
        {
            CheckCrop(side);
        }
        else if (!square)
        {
            throw NotSupported(
                "do_center_crop",
                Find("do_center_crop")!.Value,
                "without a crop only {\"height\": s, \"width\": s} as size makes a picture square. Set it to true, or give such a size");
        }
        else if (side != _imageSize)
        {
            throw Invalid("size", Find("size")!.Value, $"without a center crop the model's image_size, {_imageSize}");
        }

        return (square ? ResizeMode.Squash : ResizeMode.Shortest, side);
    }

    private void CheckCrop(int resizedSide)
    {
        if (Find("crop_size") is { } crop)
        {
            int side = IsWhole(crop, out int number) ? number
                : Side(crop, "height", "width")
                ?? throw NotSupported("crop_size", crop, "expected a number or {\"height\": s, \"width\": s} with two equal numbers");
            if (side != _imageSize)
            {
                throw Invalid("crop_size", crop, $"the model's image_size, {_imageSize}");
            }
        }

        if (resizedSide < _imageSize)
        {
            throw NotSupported(
                "size", Find("size")!.Value, $"pictures would be smaller than the crop of {_imageSize} pixels. Give at least that");
        }
    }

    /// <summary>The number of an object that has these two equal numbers, or this one, and nothing else; otherwise null.</summary>
    private static int? Side(JsonElement size, string first, string? second)
    {
        if (size.ValueKind != JsonValueKind.Object
            || size.EnumerateObject().Any(
                field => field.Name != first && field.Name != second && field.Value.ValueKind != JsonValueKind.Null)
            || !size.TryGetProperty(first, out JsonElement value) || !IsWhole(value, out int side))
        {
            return null;
        }

        return second is null || (size.TryGetProperty(second, out JsonElement other) && IsWhole(other, out int same) && same == side)
            ? side
            : null;
    }

    private ResampleFilter Filter() => Find("resample") is not { } resample
        ? ResampleFilter.Bicubic
        : IsWhole(resample, out int number) && Enum.IsDefined((ResampleFilter)number)
            ? (ResampleFilter)number
            : throw NotSupported(
                "resample",
                resample,
                $"expected one of {string.Join(", ", Enum.GetValues<ResampleFilter>().Select(filter => $"{(int)filter} ({filter})"))}");

    private double RescaleFactor()
    {
        if (Find("rescale_factor") is not { } factor)
        {
            return ImageProcessorSettings.DefaultRescaleFactor;
        }

        return factor.ValueKind == JsonValueKind.Number && (float)factor.GetDouble() is > 0 and < float.PositiveInfinity
            ? factor.GetDouble()
            : throw Invalid("rescale_factor", factor, "a positive number, such as 1/255");
    }

    private float[] Deviation()
    {
        float[] deviation = Channels("image_std", ImageProcessor.ClipDeviation);
        return deviation.All(value => value > 0) ? deviation
            : throw Invalid("image_std", Find("image_std")!.Value, "positive numbers");
    }

    /// <summary>Three numbers, or one for all channels.</summary>
    private float[] Channels(string name, ReadOnlySpan<float> otherwise)
    {
        if (Find(name) is not { } values)
        {
            return otherwise.ToArray();
        }

        JsonElement[] channels = values.ValueKind == JsonValueKind.Array ? [.. values.EnumerateArray()] : [values, values, values];
        return channels.Length == 3
            && channels.All(value => value.ValueKind == JsonValueKind.Number && float.IsFinite(value.GetSingle()))
            ? Array.ConvertAll(channels, value => value.GetSingle())
            : throw Invalid(name, values, "three numbers, or one for all channels");
    }

    /// <summary>Whether a step is taken; all are unless the file says otherwise.</summary>
    private bool Switch(string name) => Find(name) is not { } value
        || (value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.ValueKind == JsonValueKind.True
            : throw Invalid(name, value, "true or false"));

    private static bool IsWhole(JsonElement value, out int number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out number);
    }

    private JsonElement? Find(string name) =>
        _root.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private InvalidDataException Invalid(string name, JsonElement found, string expected) =>
        new($"{_description}: {name} is {found.GetRawText()}; expected {expected}.");

    private NotSupportedException NotSupported(string name, JsonElement found, string supported) =>
        new($"{_description}: {name} is {found.GetRawText()}; {supported}.");
}
