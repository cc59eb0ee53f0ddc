using System.Security.Cryptography;

namespace Microsoft.ML.Loreal.Files;

/// <summary>
/// The content of a large file, which is held open: it may be deleted, moved or replaced by another file of its name. What cannot be
/// prevented is that it is overwritten in place; that is noticed, and put right where the same content is back.
/// </summary>
internal sealed class HeldFile : FileContent
{
    private const int BufferBytes = 1 << 16;

    private readonly string _path;
    private readonly OpenedFile _first;
    private readonly Lock _lock = new();
    private OpenedFile _file;
    private string? _sha256;

    public HeldFile(string path)
    {
        _path = path;
        _first = OpenedFile.Open(path);
        _file = _first;
    }

    public long Length => _first.Length;

    public override string Sha256
    {
        get
        {
            lock (_lock)
            {
                return _sha256 ??= Hash(Open());
            }
        }
    }

    /// <summary>Reads the whole file and lets go of it.</summary>
    public MemoryContent ToMemory()
    {
        byte[] bytes = new byte[Length];
        using (Stream stream = Open())
        {
            stream.ReadExactly(bytes);
        }

        _file.Handle.Dispose();
        return new MemoryContent(bytes);
    }

    public override Stream Open()
    {
        lock (_lock)
        {
            if (!_file.IsUnchanged)
            {
                FindAgain();
            }

            return Read(_file);
        }
    }

    public override void Verify()
    {
        lock (_lock)
        {
            // A file that was overwritten may have been given its earlier time again.
            string expected = Sha256;
            if (Hash(Open()) != expected)
            {
                FindAgain();
            }
        }
    }

    /// <summary>Looks for the content in the file that is held and in the one that has its name now.</summary>
    private void FindAgain()
    {
        var now = OpenedFile.Of(_file.Handle);
        // Before the hash is known nobody depends on the content.
        OpenedFile?[] candidates = _sha256 is null ? [now] : [now, OpenedFile.TryOpen(_path)];
        _file = candidates.FirstOrDefault(
            file => file is not null && file.Length == Length && (_sha256 is null || Hash(Read(file)) == _sha256))
            ?? throw Overwritten(_file);
    }

    private BufferedStream Read(OpenedFile file) => new(new OpenedFileStream(file, () => Overwritten(file)), BufferBytes);

    private InvalidDataException Overwritten(OpenedFile file)
    {
        var now = OpenedFile.Of(file.Handle);
        string wayOut = _sha256 is null
            ? "Open it again once it is complete"
            : $"Put a file with the SHA-256 {_sha256} back at that path and try again, or open what is there now and fit again";
        return new InvalidDataException(
            $"'{_path}' was overwritten after it was opened: it had {Length} bytes, last written at {_first.Written:u}; the same file now "
            + $"has {now.Length} bytes, last written at {now.Written:u}. {wayOut}.");
    }

    private static string Hash(Stream stream)
    {
        using (stream)
        {
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
    }
}
