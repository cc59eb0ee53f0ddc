namespace Microsoft.ML.Loreal.Files;

/// <summary>
/// What a file held when it was opened. It can be read later, whatever becomes of the file's name: a small file is kept in memory, a large
/// one open.
/// </summary>
internal abstract class FileContent
{
    /// <summary>Up to this many bytes are kept in memory.</summary>
    public const long MostInMemory = 16 << 20;

    /// <summary>The SHA-256 as 64 lower-case hexadecimal digits, computed once.</summary>
    /// <exception cref="InvalidDataException">The file was overwritten meanwhile.</exception>
    public abstract string Sha256 { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FileContent Open(string path, long mostInMemory = MostInMemory)
    {
        var file = new HeldFile(path);
        return file.Length > mostInMemory ? file : file.ToMemory();
    }

    /// <summary>What a stream holds from its start. A file is opened by its name instead, and not copied where it is large.</summary>
    public static FileContent Of(Stream stream)
    {
        if (stream is FileStream file)
        {
            return Open(file.Name);
        }

        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new MemoryContent(bytes);
    }

    /// <summary>Opens the content for reading from its start. Streams are independent of each other.</summary>
    /// <exception cref="InvalidDataException">The file was overwritten meanwhile; also while the stream is read.</exception>
    public abstract Stream Open();

    /// <summary>Compares all of the content with its SHA-256.</summary>
    /// <exception cref="InvalidDataException">The file was overwritten meanwhile.</exception>
    public abstract void Verify();
}
