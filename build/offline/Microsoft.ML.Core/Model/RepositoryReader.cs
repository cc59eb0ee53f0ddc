using System.IO.Compression;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

internal sealed class RepositoryReader : Repository
{
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);

    private RepositoryReader(ZipArchive archive, IExceptionContext ectx, bool useFileSystem)
        : base(useFileSystem, ectx)
    {
        _archive = archive;
        foreach (var entry in archive.Entries)
        {
            // Archives written on Windows have backslashes.
            _entries[NormalizeForArchiveEntry(entry.FullName)] = entry;
        }
    }

    public static RepositoryReader Open(Stream stream, IExceptionContext ectx = null, bool useFileSystem = true)
    {
        ArgumentNullException.ThrowIfNull(stream);
        try
        {
            var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            _ = archive.Entries.Count;
            return new RepositoryReader(archive, ectx, useFileSystem);
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException or ArgumentException)
        {
            throw new FormatException("Failed to open a zip archive: " + problem.Message, problem);
        }
    }

    public Entry OpenEntry(string name) => OpenEntry(null, name);

    public Entry OpenEntry(string dir, string name)
        => OpenEntryOrNull(dir, name) ?? throw new InvalidOperationException($"Repository doesn't contain entry {NormalizeForArchiveEntry(Path.Combine(dir ?? "", name))}");

    public Entry OpenEntryOrNull(string name) => OpenEntryOrNull(null, name);

    public Entry OpenEntryOrNull(string dir, string name)
    {
        GetPath(out var pathEntry, out var pathTemp, dir, name, createDir: false);
        if (!_entries.TryGetValue(pathEntry, out var entry))
        {
            return null;
        }
        try
        {
            return AddEntry(pathEntry, pathTemp is null ? ReadToMemory(entry) : ExtractOnce(pathEntry, entry, pathTemp));
        }
        catch (Exception problem) when (problem is InvalidDataException or EndOfStreamException)
        {
            throw DamagedPart.Data(pathEntry, problem);
        }
    }

    protected override void OnDispose(Entry ent)
    {
        RemoveEntry(ent);
        ent.Stream.Dispose();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            DisposeAllEntries();
            _archive.Dispose();
        }
        base.Dispose(disposing);
    }

    private FileStream ExtractOnce(string pathEntry, ZipArchiveEntry entry, string pathTemp)
    {
        if (!PathMap.TryGetValue(pathEntry, out var extracted))
        {
            using (var source = entry.Open())
            using (var target = new FileStream(pathTemp, FileMode.CreateNew))
            {
                Copy(source, target, entry.Length);
            }
            extracted = PathMap[pathEntry] = pathTemp;
        }
        return new FileStream(extracted, FileMode.Open, FileAccess.Read, FileShare.Read);
    }

    private static MemoryStream ReadToMemory(ZipArchiveEntry entry)
    {
        Decoding.Check(entry.Length < Array.MaxLength, "Repository stream too large to read into memory");
        var memory = new MemoryStream();
        using (var source = entry.Open())
        {
            Copy(source, memory, entry.Length);
        }
        memory.Position = 0;
        return memory;
    }

    // An entry that inflates to another size than the archive's directory says has been tampered with.
    private static void Copy(Stream source, Stream target, long expected)
    {
        var buffer = new byte[1 << 16];
        var copied = 0L;
        for (int read; (read = source.Read(buffer)) > 0;)
        {
            copied += read;
            if (copied > expected)
            {
                break;
            }
            target.Write(buffer, 0, read);
        }
        if (copied != expected)
        {
            throw new InvalidDataException($"it should have {expected} bytes, but {(copied > expected ? "has more" : "ends after " + copied)}.");
        }
    }
}
