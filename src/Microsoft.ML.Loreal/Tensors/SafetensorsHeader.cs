using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

namespace Microsoft.ML.Loreal.Tensors;

/// <summary>
/// Reads and checks the header of a safetensors file. Whatever is wrong with it ends in an <see cref="InvalidDataException"/>.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The format's own limit on the header.</summary>
    private const long MaxHeaderBytes = 100_000_000;

    private const int MaxDimensions = 64;

    private readonly string _description;
    private readonly Dictionary<string, SafetensorsEntry> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private bool _hasMetadata;

    private SafetensorsHeader(string description)
    {
        _description = description;
    }

    public IReadOnlyDictionary<string, SafetensorsEntry> Tensors => _tensors;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Where the tensors' bytes start in the stream.</summary>
    public long DataStart { get; private init; }

    /// <summary>
    /// Reads the header at the stream's start. The stream must know its length: nothing is allocated that it could not hold.
    /// </summary>
    public static SafetensorsHeader Read(Stream stream, string description)
    {
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        if (stream.Length < prefix.Length)
        {
            throw new InvalidDataException(
                $"{description} is no safetensors file: it has {stream.Length} bytes, fewer than the 8 of the header's length.");
        }

        stream.Position = 0;
        stream.ReadExactly(prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        long available = stream.Length - prefix.Length;
        if (length > (ulong)MaxHeaderBytes || (long)length > available)
        {
            throw new InvalidDataException(
                $"{description} is no safetensors file: its header would have {length} bytes; the file has {available} after the length, "
                + $"and {MaxHeaderBytes} is the limit.");
        }

        byte[] json = new byte[(int)length];
        stream.ReadExactly(json);
        var header = new SafetensorsHeader(description) { DataStart = prefix.Length + json.Length };
        header.Parse(json);
        header.CheckLayout(available - json.Length);
        return header;
    }

    private void Parse(byte[] json)
    {
        if (!Utf8.IsValid(json))
        {
            throw Invalid("the header is not UTF-8");
        }

        if (json.Length == 0 || json[0] != (byte)'{')
        {
            throw Invalid("the header does not start with '{'");
        }

        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                if (name == "__metadata__")
                {
                    ReadMetadata(ref reader);
                }
                else if (!_tensors.TryAdd(name, ReadEntry(ref reader, name)))
                {
                    throw Invalid($"'{name}' is there twice");
                }
            }

            // What follows the closing brace may only be the padding.
            reader.Read();
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{_description} is no valid safetensors file: the header is not valid JSON. {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // A string with an escaped half of a surrogate pair.
            throw new InvalidDataException($"{_description} is no valid safetensors file: the header has text that is not Unicode.", e);
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (_hasMetadata)
        {
            throw Invalid("'__metadata__' is there twice");
        }

        _hasMetadata = true;
        Expect(ref reader, JsonTokenType.StartObject, "__metadata__");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            Expect(ref reader, JsonTokenType.String, "__metadata__." + name);
            if (!_metadata.TryAdd(name, reader.GetString()!))
            {
                throw Invalid($"'__metadata__.{name}' is there twice");
            }
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        SafetensorsType? type = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, name);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string property = reader.GetString()!;
            switch (property)
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String, name + ".dtype");
                    type = ParseType(reader.GetString()!, name);
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, name + ".shape", MaxDimensions);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, name + ".data_offsets", 2);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Invalid($"'{name}' has {property} twice");
                default:
                    throw Invalid($"'{name}' has the unknown property '{property}'");
            }
        }

        if (type is null || shape is null || offsets is null || offsets.Count != 2)
        {
            throw Invalid($"'{name}' needs dtype, shape and data_offsets of two numbers");
        }

        if (offsets[1] < offsets[0])
        {
            throw Invalid($"'{name}' ends at {offsets[1]}, before its start at {offsets[0]}");
        }

        long length = offsets[1] - offsets[0];
        Int128 expected = SafetensorsEntry.Width(type.Value);
        foreach (long dimension in shape)
        {
            // A product past any file's size stays there unless a dimension is 0, so it need not be exact.
            expected = Int128.Min(expected * dimension, (Int128)long.MaxValue + 1);
        }

        if (expected != length)
        {
            throw Invalid(
                $"'{name}' has {length} bytes; {SafetensorsEntry.TypeName(type.Value)} [{string.Join(", ", shape)}] needs {expected}");
        }

        return new SafetensorsEntry(name, type.Value, [.. shape], offsets[0], length);
    }

    private SafetensorsType ParseType(string text, string name) => SafetensorsEntry.TryParseType(text, out SafetensorsType type)
        ? type
        : throw (text.StartsWith("F8_", StringComparison.Ordinal) || text.StartsWith("F4", StringComparison.Ordinal)
            ? new InvalidDataException(
                $"{_description} holds quantized numbers ('{name}' is {text}), which are not supported. Use the original weights.")
            : Invalid(
                $"'{name}' has the unknown dtype '{text}'; known are "
                + $"{string.Join(", ", Enum.GetValues<SafetensorsType>().Select(SafetensorsEntry.TypeName))}"));

    private List<long> ReadNumbers(ref Utf8JsonReader reader, string name, int most)
    {
        var numbers = new List<long>();
        Expect(ref reader, JsonTokenType.StartArray, name);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
            {
                throw Invalid($"'{name}' holds something else than whole numbers from 0");
            }

            if (numbers.Count == most)
            {
                throw Invalid($"'{name}' holds more than {most} numbers");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType expected, string name)
    {
        reader.Read();
        if (reader.TokenType != expected)
        {
            throw Invalid($"'{name}' is a {reader.TokenType}; expected a {expected}");
        }
    }

    /// <summary>The tensors must cover the data from its first byte to its last, without overlaps and holes.</summary>
    private void CheckLayout(long dataLength)
    {
        long position = 0;
        foreach (SafetensorsEntry entry in _tensors.Values.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Length))
        {
            if (entry.Offset + entry.Length > dataLength || entry.Offset + entry.Length < 0)
            {
                throw Invalid(
                    $"'{entry.Name}' takes the bytes {entry.Offset} to {entry.Offset + entry.Length}, but there are {dataLength}; the "
                    + "file may be cut off");
            }

            if (entry.Offset < position)
            {
                throw Invalid($"'{entry.Name}' starts at {entry.Offset} and overlaps another tensor that ends at {position}");
            }

            if (entry.Offset > position)
            {
                throw Invalid($"the bytes {position} to {entry.Offset} belong to no tensor");
            }

            position = entry.Offset + entry.Length;
        }

        if (position != dataLength)
        {
            throw Invalid($"the tensors end at {position}, but there are {dataLength} bytes");
        }
    }

    private InvalidDataException Invalid(string what) => new($"{_description} is no valid safetensors file: {what}.");
}
