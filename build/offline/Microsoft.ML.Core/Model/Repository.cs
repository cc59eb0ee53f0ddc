using System.Collections.Concurrent;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>A model's zip. An open entry is a seekable file in a temporary folder (or in memory), never the archive's own stream.</summary>
internal abstract class Repository : IDisposable
{
    protected readonly string DirTemp;

    /// <summary>From an entry's path in the archive to its temporary file, null when in memory.</summary>
    protected readonly ConcurrentDictionary<string, string> PathMap = new(StringComparer.Ordinal);

    private readonly List<Entry> _open = [];

    internal Repository(bool needDir, IExceptionContext ectx)
    {
        ExceptionContext = ectx;
        if (needDir)
        {
            var temporary = ectx is IHostEnvironmentInternal environment ? environment.TempFilePath : Path.GetTempPath();
            DirTemp = Directory.CreateDirectory(Path.Combine(temporary, $"ml_dotnet_{Guid.NewGuid():N}")).FullName;
        }
    }

    ~Repository() => Dispose(false);

    public IExceptionContext ExceptionContext { get; }

    protected bool Disposed { get; private set; }

    public void Dispose()
    {
        if (!Disposed)
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            DisposeAllEntries();
        }
        Disposed = true;
        try
        {
            if (DirTemp is not null)
            {
                Directory.Delete(DirTemp, recursive: true);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // What stays behind in the temporary folder is the system's to clean up.
        }
    }

    protected void DisposeAllEntries()
    {
        while (_open.Count > 0)
        {
            _open[^1].Dispose();
        }
    }

    protected void RemoveEntry(Entry ent) => _open.Remove(ent);

    protected abstract void OnDispose(Entry ent);

    /// <summary>The archive has forward slashes, whatever the system.</summary>
    protected static string NormalizeForArchiveEntry(string path) => path?.Replace('\\', '/');

    protected void GetPath(out string pathEnt, out string pathTemp, string dir, string name, bool createDir)
    {
        ObjectDisposedException.ThrowIf(Disposed, this);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        pathEnt = NormalizeForArchiveEntry(Path.Combine(dir ?? "", name));
        if (pathEnt.StartsWith('/') || pathEnt.Contains(':') || pathEnt.Split('/').Any(static part => part is "" or "." or ".."))
        {
            throw new ArgumentOutOfRangeException(nameof(name), pathEnt, "An entry's path must stay inside the archive.");
        }
        // Entries never choose where they are put on disk.
        pathTemp = DirTemp is null ? null : Path.Combine(DirTemp, Guid.NewGuid().ToString("N"));
    }

    protected Entry AddEntry(string pathEnt, Stream stream)
    {
        var entry = new Entry(this, pathEnt, stream);
        _open.Add(entry);
        return entry;
    }

    public sealed class Entry : IDisposable
    {
        private Repository _repository;

        internal Entry(Repository rep, string path, Stream stream)
        {
            _repository = rep;
            Path = path;
            Stream = stream;
        }

        public string Path { get; }

        public Stream Stream { get; }

        public void Dispose()
        {
            var repository = _repository;
            _repository = null;
            repository?.OnDispose(this);
        }
    }
}
