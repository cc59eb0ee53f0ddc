using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.Loreal.Hub;

/// <summary>A file of which the end is still to come, with the hash of what is there.</summary>
internal sealed class PartialFile : IDisposable
{
    private readonly string _path;
    private readonly HubFile _file;
    private readonly FileStream _stream;
    private readonly IncrementalHash _hash;

    /// <summary>Opens what an earlier download left, or a new file; nobody else can open it meanwhile.</summary>
    /// <exception cref="IOException">The disk has too little space for the rest.</exception>
    public PartialFile(string path, HubFile file)
    {
        _path = path;
        _file = file;
        _hash = IncrementalHash.CreateHash(IsGit ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
        // Nothing is held back, so closing it has nothing to write.
        _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        try
        {
            StartHash();
            if (_stream.Length > file.Length)
            {
                _stream.SetLength(0);
            }

            HashContent();
            CheckSpace();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The bytes that are there.</summary>
    public long Length => _stream.Position;

    private bool IsGit => _file.Hash.Length == 2 * SHA1.HashSizeInBytes;

    /// <summary>Forgets what is there.</summary>
    public void Restart()
    {
        _stream.SetLength(0);
        _ = _hash.GetHashAndReset();
        StartHash();
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream.Write(bytes);
        }
        catch (IOException e)
        {
            throw NotWritten(e);
        }

        _hash.AppendData(bytes);
    }

    /// <summary>Writes everything to the disk, and closes the file.</summary>
    /// <returns>The hash in lower-case hexadecimal digits.</returns>
    public string Finish()
    {
        try
        {
            _stream.Flush(flushToDisk: true);
        }
        catch (IOException e)
        {
            throw NotWritten(e);
        }

        _stream.Dispose();
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose()
    {
        _stream.Dispose();
        _hash.Dispose();
    }

    /// <summary>Git hashes a file's length before its bytes.</summary>
    private void StartHash()
    {
        if (IsGit)
        {
            _hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {_file.Length}\0")));
        }
    }

    private void HashContent()
    {
        byte[] block = new byte[1 << 16];
        for (int read; (read = _stream.Read(block)) > 0;)
        {
            _hash.AppendData(block, 0, read);
        }
    }

    private void CheckSpace()
    {
        long missing = _file.Length - Length;
        string folder = Path.GetDirectoryName(_path)!;
        string root = OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder;
        // A share of another machine has no drive in Windows.
        if (root.StartsWith(@"\\", StringComparison.Ordinal))
        {
            return;
        }

        var drive = new DriveInfo(root);
        long free = drive.AvailableFreeSpace;
        // Some file systems do not tell their size.
        if (free < missing && drive.TotalSize > 0)
        {
            throw new IOException(
                $"The disk of '{folder}' has {free:N0} bytes free; {_file.Name} needs {missing:N0} more. Make room, or give a CacheFolder "
                + "(HF_HUB_CACHE) on another disk.");
        }
    }

    private IOException NotWritten(IOException cause) =>
        new($"'{_path}' could not be written: {cause.Message} What is there stays, and the download goes on from it next time.", cause);
}
