using System.Text.Json;
using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>The preprocess_cfg of open_clip's configuration. Its other settings are checked with the configuration.</summary>
internal sealed class OpenClipPreprocessing
{
    private readonly JsonElement _settings;
    private readonly string _description;

    private OpenClipPreprocessing(JsonElement settings, string description)
    {
        _settings = settings;
        _description = description;
    }

    /// <summary>Reads them for a model with this standard resolution, which counts for open_clip whatever the size is here.</summary>
    /// <exception cref="InvalidDataException">A setting does not make sense.</exception>
    /// <exception cref="NotSupportedException">A setting is not known.</exception>
    public static ImageProcessorSettings Read(JsonElement root, int imageSize, string description) =>
        root.TryGetProperty("preprocess_cfg", out JsonElement settings) && settings.ValueKind != JsonValueKind.Null
            ? new OpenClipPreprocessing(settings, description).Read(imageSize)
            : new ImageProcessorSettings();

    private ImageProcessorSettings Read(int imageSize)
    {
        float[] deviation = Channels("std", ImageProcessor.ClipDeviation);
        var settings = new ImageProcessorSettings
        {
            ResizeMode = Choice(
                "resize_mode", ("shortest", ResizeMode.Shortest), ("longest", ResizeMode.Longest), ("squash", ResizeMode.Squash)),
            // open_clip's random filter is for training; it evaluates with bicubic then.
            Filter = Choice(
                "interpolation",
                ("bicubic", ResampleFilter.Bicubic),
                ("bilinear", ResampleFilter.Bilinear),
                ("random", ResampleFilter.Bicubic)),
            ResizedSide = imageSize,
            CroppedSide = imageSize,
            FillColor = FillColor(),
            Mean = Channels("mean", ImageProcessor.ClipMean),
            Deviation = Array.TrueForAll(deviation, value => value > 0) ? deviation
                : throw Invalid("std", Find("std")!.Value, "positive numbers"),
        };
        return settings.IsFinite ? settings
            : throw new InvalidDataException(
                $"{_description}: with the mean and std of preprocess_cfg not every level becomes a finite number.");
    }

    private T Choice<T>(string name, params (string Name, T Value)[] choices)
    {
        if (Find(name) is not { } value)
        {
            return choices[0].Value;
        }

        int index = Array.FindIndex(choices, choice => value.ValueKind == JsonValueKind.String && value.ValueEquals(choice.Name));
        return index >= 0 ? choices[index].Value
            : throw new NotSupportedException(
                $"{_description}: preprocess_cfg.{name} is {value.GetRawText()}; expected one of "
                + $"{string.Join(", ", choices.Select(choice => choice.Name))}.");
    }

    private (byte Red, byte Green, byte Blue) FillColor()
    {
        if (Find("fill_color") is not { } value)
        {
            return default;
        }

        JsonElement[] channels = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value, value, value];
        byte[] levels = new byte[3];
        for (int i = 0; i < 3; i++)
        {
            if (channels.Length != 3 || channels[i].ValueKind != JsonValueKind.Number || !channels[i].TryGetByte(out levels[i]))
            {
                throw Invalid("fill_color", value, "a level from 0 to 255, or three");
            }
        }

        return (levels[0], levels[1], levels[2]);
    }

    private float[] Channels(string name, ReadOnlySpan<float> otherwise)
    {
        if (Find(name) is not { } values)
        {
            return otherwise.ToArray();
        }

        JsonElement[] channels = values.ValueKind == JsonValueKind.Array ? [.. values.EnumerateArray()] : [];
        return channels.Length == 3
            && channels.All(value => value.ValueKind == JsonValueKind.Number && float.IsFinite(value.GetSingle()))
            ? Array.ConvertAll(channels, value => value.GetSingle())
            : throw Invalid(name, values, "three numbers");
    }

    private JsonElement? Find(string name) =>
        _settings.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private InvalidDataException Invalid(string name, JsonElement found, string expected) =>
        new($"{_description}: preprocess_cfg.{name} is {found.GetRawText()}; expected {expected}.");
}
