namespace Microsoft.ML;

/// <summary>Checks on what is read from a file: a failure means that the file is damaged or foreign, hence FormatException.</summary>
internal static class Decoding
{
    public static void Check(bool condition, string message)
    {
        if (!condition)
        {
            throw new FormatException(message);
        }
    }

    /// <summary>Reads exactly as many bytes as asked for; never trusts a length beyond what the stream has.</summary>
    public static byte[] ReadExactly(BinaryReader reader, long count, string what)
    {
        var stream = reader.BaseStream;
        Check(count >= 0 && count <= Array.MaxLength, $"The {what} cannot have {count} bytes.");
        if (stream.CanSeek)
        {
            Check(count <= stream.Length - stream.Position, $"The {what} should have {count} bytes, but the stream ends after {stream.Length - stream.Position}.");
        }
        var bytes = reader.ReadBytes((int)count);
        Check(bytes.Length == count, $"The {what} should have {count} bytes, but the stream ends after {bytes.Length}.");
        return bytes;
    }
}
