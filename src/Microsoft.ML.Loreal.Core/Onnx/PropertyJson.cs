using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.ML.Loreal.Images;

namespace Microsoft.ML.Loreal.Onnx;

/// <summary>The metadata properties that are JSON, written and read without reflection, so that trimmed programs can.</summary>
internal static class PropertyJson
{
    /// <summary>The longest side of a picture that a property may name.</summary>
    public const int MaxSide = ushort.MaxValue;

    private const string ResizeModeName = "resizeMode";
    private const string FilterName = "filter";
    private const string ResizedSideName = "resizedSide";
    private const string CroppedSideName = "croppedSide";
    private const string FillColorName = "fillColor";

    // Class names stay readable in whatever shows the metadata; nothing of it is ever HTML.
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An array of names.</summary>
    public static string Write(IReadOnlyList<string> names) => Write(writer =>
    {
        writer.WriteStartArray();
        foreach (string name in names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    });

    /// <summary>An object with what decides an input's 8-bit pixels.</summary>
    public static string Write(ImageProcessorSettings settings) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString(ResizeModeName, settings.ResizeMode.ToString());
        writer.WriteString(FilterName, settings.Filter.ToString());
        writer.WriteNumber(ResizedSideName, settings.ResizedSide);
        writer.WriteNumber(CroppedSideName, settings.CroppedSide);
        writer.WriteStartArray(FillColorName);
        writer.WriteNumberValue(settings.FillColor.Red);
        writer.WriteNumberValue(settings.FillColor.Green);
        writer.WriteNumberValue(settings.FillColor.Blue);
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>Reads an array of names.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static IReadOnlyList<string> ReadNames(string key, string json) =>
        Read<IReadOnlyList<string>>(key, json, root => [.. root.EnumerateArray().Select(name => name.GetString() ?? "")]);

    /// <summary>Reads what decides an input's 8-bit pixels; the numbers of the normalization stay CLIP's.</summary>
    /// <exception cref="InvalidDataException">A field is missing or has a value that is not known.</exception>
    public static ImageProcessorSettings ReadSettings(string key, string json) => Read(key, json, root =>
    {
        byte[] color = [.. root.GetProperty(FillColorName).EnumerateArray().Select(channel => channel.GetByte())];
        return color.Length == 3
            ? new ImageProcessorSettings
            {
                ResizeMode = Named<ResizeMode>(key, root, ResizeModeName),
                Filter = Named<ResampleFilter>(key, root, FilterName),
                ResizedSide = Side(key, root, ResizedSideName),
                CroppedSide = Side(key, root, CroppedSideName),
                FillColor = (color[0], color[1], color[2]),
            }
            : throw Damaged(key, $"a {FillColorName} of {color.Length} numbers", "three");
    });

    /// <summary>The error for a property that cannot be used.</summary>
    public static InvalidDataException Damaged(string key, string found, string expected, Exception? inner = null) => new(
        $"The metadata property '{key}' of the ONNX model has {found}; expected: {expected}. Export the model again.", inner);

    /// <summary>What is written.</summary>
    public static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, _options))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static T Read<T>(string key, string json, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return read(document.RootElement);
        }
        catch (Exception exception)
            when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Damaged(key, $"a value that cannot be read ({exception.Message.TrimEnd('.')})", "what SaveAsOnnx writes", exception);
        }
    }

    private static T Named<T>(string key, JsonElement root, string name)
        where T : struct, Enum
    {
        string? text = root.GetProperty(name).GetString();
        return Enum.TryParse<T>(text, out T value) && value.ToString() == text && Enum.IsDefined(value)
            ? value
            : throw Damaged(key, $"the {name} '{text}'", $"one of {string.Join(", ", Enum.GetNames<T>())}");
    }

    private static int Side(string key, JsonElement root, string name)
    {
        int side = root.GetProperty(name).GetInt32();
        return side is >= 1 and <= MaxSide ? side : throw Damaged(key, $"the {name} {side}", $"a number from 1 to {MaxSide}");
    }
}
