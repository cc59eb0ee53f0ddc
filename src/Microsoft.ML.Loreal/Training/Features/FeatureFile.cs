using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training.Features;

/// <summary>A file of encoded views while it is written. Until it is complete it has another name, or none that anybody knows.</summary>
internal sealed class FeatureFile : IDisposable
{
    private const string Unfinished = ".tmp";

    private readonly IncrementalHash _content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly FileStream _stream;
    private readonly string? _path;
    private long _rows;
    private long _width;
    private bool _complete;

    private FeatureFile(FileStream stream, string? path)
    {
        _stream = stream;
        _path = path;
        _stream.Position = FeatureFileHeader.Length;
    }

    /// <summary>Begins a file that is kept.</summary>
    /// <param name="path">Where it is when it is complete. The folder is made where it is missing.</param>
    /// <returns>Null where another training is writing the same file.</returns>
    public static FeatureFile? TryCreate(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            // One name for all attempts: what a killed process left behind is written over by the next one.
            return new FeatureFile(Create(path + Unfinished), path);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Begins a file that is gone when its rows are disposed.</summary>
    public static FeatureFile CreateTemporary() => new(Create(Path.GetTempFileName()), null);

    /// <summary>Adds rows.</summary>
    /// <param name="rows">[b, F], on any device.</param>
    /// <exception cref="IOException">They cannot be written.</exception>
    public void Add(Tensor rows)
    {
        using DisposeScope scope = NewDisposeScope();
        ReadOnlySpan<byte> bytes = rows.cpu().contiguous().bytes;
        try
        {
            _stream.Write(bytes);
        }
        catch (IOException exception)
        {
            throw new IOException(
                $"The encoded views could not be written to '{_stream.Name}': {exception.Message} "
                + $"Make room there, set FeatureCachePath to a folder with more, "
                + "or raise FeatureCacheMegabytes where there is enough memory.",
                exception);
        }

        _content.AppendData(bytes);
        _rows += rows.shape[0];
        _width = rows.shape[1];
    }

    /// <summary>Ends the file and gives it its name.</summary>
    /// <param name="identity">The SHA-256 of everything that decides what the rows are; null for a file that is not kept.</param>
    /// <param name="device">Where the rows are wanted.</param>
    public MappedFeatureRows Complete(byte[]? identity, Device device)
    {
        var header = new FeatureFileHeader(_rows, _width, identity ?? [], _content.GetHashAndReset());
        _stream.Position = 0;
        _stream.Write(header.ToBytes());
        _complete = true;
        if (_path is null)
        {
            return new MappedFeatureRows(_stream, header, device, temporary: true);
        }

        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(_stream.Name, _path, overwrite: true);
        return new MappedFeatureRows(OpenToRead(_path), header, device, temporary: false);
    }

    /// <summary>Opens a complete file.</summary>
    /// <returns>Null where there is none, or one that is damaged or of other views.</returns>
    public static MappedFeatureRows? Find(string path, byte[] identity, long rows, Device device)
    {
        FileStream stream;
        try
        {
            stream = OpenToRead(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        byte[] start = new byte[FeatureFileHeader.Length];
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (FeatureFileHeader.Of(start.AsSpan(0, read)) is { } header
            && header.Identity.AsSpan().SequenceEqual(identity)
            && header.Rows == rows
            && header.Width is > 0 and <= int.MaxValue / sizeof(float)
            && stream.Length - FeatureFileHeader.Length == checked(header.Rows * header.Width * sizeof(float))
            && SHA256.HashData(stream).AsSpan().SequenceEqual(header.Content))
        {
            return new MappedFeatureRows(stream, header, device, temporary: false);
        }

        stream.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _content.Dispose();
        if (!_complete)
        {
            _stream.Dispose();
            File.Delete(_stream.Name);
        }
    }

    private static FileStream Create(string path) => new(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);

    private static FileStream OpenToRead(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1 << 16);
}
