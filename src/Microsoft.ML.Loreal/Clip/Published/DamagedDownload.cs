using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>Recognizes what is often found in a weights file's place.</summary>
internal static class DamagedDownload
{
    /// <summary>Checks the first bytes of what should be a safetensors file, and goes back to its start.</summary>
    /// <exception cref="InvalidDataException">It is something else; the message says what, and the way out.</exception>
    public static void Check(Stream stream, string description)
    {
        byte[] start = new byte[64];
        int count = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        if (count == 0)
        {
            throw new InvalidDataException($"{description} is empty: its download failed. Get the file again.");
        }

        // A safetensors file starts with the length of its header, far below 2^32, in eight bytes.
        if (count < sizeof(ulong) || BinaryPrimitives.ReadUInt64LittleEndian(start) > uint.MaxValue)
        {
            string? found = Recognize(start.AsSpan(0, count));
            if (found is not null)
            {
                throw new InvalidDataException($"{description} is {found}");
            }
        }
    }

    private static string? Recognize(ReadOnlySpan<byte> start)
    {
        string text = Encoding.Latin1.GetString(start).TrimStart();
        return text switch
        {
            _ when text.StartsWith("version https://git-lfs", StringComparison.Ordinal) =>
                "a Git LFS pointer, which stands for the weights and does not hold them. Run 'git lfs pull' in the folder.",
            _ when text.StartsWith('<') => "a web page and no safetensors file: its download failed. Get the file again.",
            _ when text.StartsWith('{') || text.StartsWith('[') =>
                "a JSON text, such as a server's error message, and no safetensors file. Get the file again.",
            _ when text.StartsWith("PK\u0003\u0004", StringComparison.Ordinal) || start[0] == 0x80 =>
                "a Python pickle under the name of a safetensors file; pickles are never read because they can run code. Convert it to "
                + "safetensors.",
            _ when text.StartsWith("GGUF", StringComparison.Ordinal) =>
                "a GGUF file under the name of a safetensors file. Use the model's original weights in safetensors.",
            _ => null,
        };
    }
}
