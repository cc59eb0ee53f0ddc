using System.IO.Compression;
using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

internal sealed class RepositoryWriter : Repository
{
    private readonly Queue<Entry> _closed = new();
    private readonly ZipArchive _archive;

    private RepositoryWriter(Stream stream, IExceptionContext ectx, bool useFileSystem)
        : base(useFileSystem, ectx)
        => _archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);

    public static RepositoryWriter CreateNew(Stream stream, IExceptionContext ectx = null, bool useFileSystem = true)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var repository = new RepositoryWriter(stream, ectx, useFileSystem);
        using var entry = repository.CreateEntry("TrainingInfo", "Version.txt");
        using var writer = new StreamWriter(entry.Stream, leaveOpen: true);
        writer.WriteLine(typeof(RepositoryWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion);
        return repository;
    }

    public Entry CreateEntry(string name) => CreateEntry(null, name);

    public Entry CreateEntry(string dir, string name)
    {
        GetPath(out var pathEntry, out var pathTemp, dir, name, createDir: true);
        Flush();
        if (!PathMap.TryAdd(pathEntry, pathTemp))
        {
            throw new ArgumentOutOfRangeException(nameof(name), $"Duplicate entry: '{pathEntry}'");
        }
        return AddEntry(pathEntry, pathTemp is null ? new MemoryStream() : new FileStream(pathTemp, FileMode.CreateNew));
    }

    /// <summary>Completes the archive; without it the file is not a model.</summary>
    public void Commit()
    {
        DisposeAllEntries();
        Flush();
        Dispose();
    }

    // Disposing an entry must not throw, so its bytes reach the archive at the next call that may.
    protected override void OnDispose(Entry ent)
    {
        RemoveEntry(ent);
        _closed.Enqueue(ent);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            DisposeAllEntries();
            foreach (var entry in _closed)
            {
                entry.Stream.Dispose();
            }
            _closed.Clear();
            _archive.Dispose();
        }
        base.Dispose(disposing);
    }

    // The archive takes one entry at a time, while entries nest: each is collected first and copied when it is closed.
    private void Flush()
    {
        while (_closed.TryDequeue(out var entry))
        {
            using (var source = entry.Stream)
            {
                source.Position = 0;
                using var target = _archive.CreateEntry(entry.Path).Open();
                source.CopyTo(target);
            }
            if (PathMap[entry.Path] is { } temporary)
            {
                File.Delete(temporary);
            }
        }
    }
}
