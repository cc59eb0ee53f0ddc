using System.Security.Cryptography;
using Microsoft.ML.Loreal.Files;
using Microsoft.ML.Loreal.Onnx;

namespace Microsoft.ML.Loreal.Sessions;

/// <summary>An ONNX model's file, and the one beside it that holds its weights where they have a file of their own.</summary>
/// <param name="Description">What messages call the model.</param>
/// <param name="Model">The model.</param>
/// <param name="WeightsName">The name by which the model asks for its weights; null where it has them itself.</param>
/// <param name="Weights">The weights; null where the model has them itself.</param>
internal sealed record OnnxFiles(string Description, FileContent Model, string? WeightsName = null, FileContent? Weights = null)
{
    /// <summary>Opens a model's files.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static OnnxFiles Open(string path)
    {
        string weights = path + OnnxModelDescription.WeightsExtension;
        return new OnnxFiles(
            $"'{path}'",
            FileContent.Open(path),
            File.Exists(weights) ? Path.GetFileName(weights) : null,
            File.Exists(weights) ? FileContent.Open(weights, mostInMemory: 0) : null);
    }

    /// <summary>Reads a model from a stream, from where it stands.</summary>
    public static OnnxFiles Read(Stream stream)
    {
        return new OnnxFiles("in the stream", new MemoryContent(stream.CanSeek ? Rest(stream) : Copy(stream)));
    }

    /// <summary>The files without one beside the model that it does not ask for, as an earlier export leaves it.</summary>
    /// <param name="identity">The SHA-256 of its weights in hexadecimal digits; null where the model has them itself.</param>
    /// <exception cref="InvalidDataException">The weights are another export's.</exception>
    public OnnxFiles WithOwnWeights(string? identity)
    {
        if (identity is null || Weights is null)
        {
            return this with { WeightsName = null, Weights = null };
        }

        byte[] end = new byte[SHA256.HashSizeInBytes];
        using Stream stream = Weights.Open();
        stream.Seek(-Math.Min(end.Length, stream.Length), SeekOrigin.End);
        stream.ReadAtLeast(end, end.Length, throwOnEndOfStream: false);
        string found = Convert.ToHexStringLower(end);
        if (found != identity)
        {
            throw new InvalidDataException(
                $"its weights are another export's: '{WeightsName}' ends with the SHA-256 {found}, expected: {identity}. An export was "
                + "interrupted, or only one of the two files was copied: export the model again, or copy both.");
        }

        return this;
    }

    /// <summary>Writes the files into a folder.</summary>
    /// <returns>The path of the model.</returns>
    public string WriteTo(string folder)
    {
        string path = Path.Combine(folder, "model.onnx");
        Write(Model, path);
        if (Weights is not null)
        {
            Write(Weights, Path.Combine(folder, WeightsName!));
        }

        return path;
    }

    private static byte[] Rest(Stream stream)
    {
        long length = stream.Length - stream.Position;
        if (length > Array.MaxLength)
        {
            throw new InvalidDataException(
                $"The stream has {length} bytes, and an ONNX model has at most 2 GB. Where the weights have a file of their own, give a "
                + "path.");
        }

        byte[] bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static byte[] Copy(Stream stream)
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static void Write(FileContent content, string path)
    {
        using FileStream file = File.Create(path);
        using Stream source = content.Open();
        source.CopyTo(file);
    }
}
