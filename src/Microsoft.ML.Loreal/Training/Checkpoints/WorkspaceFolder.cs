namespace Microsoft.ML.Loreal.Training.Checkpoints;

/// <summary>The folder that one training at a time writes to. A file in it is either complete or not there.</summary>
internal sealed class WorkspaceFolder : IDisposable
{
    private const string LockFile = "in-use.lock";

    private readonly FileStream _lock;

    private WorkspaceFolder(string path, FileStream held)
    {
        FullName = path;
        _lock = held;
    }

    /// <summary>The full path.</summary>
    public string FullName { get; }

    /// <summary>
    /// Makes the folder where it is missing and keeps others out until it is disposed, or the process ends, however it ends.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another training uses the folder.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written to.</exception>
    public static WorkspaceFolder Open(string path)
    {
        string folder = Path.GetFullPath(path);
        Directory.CreateDirectory(folder);
        try
        {
            string held = Path.Combine(folder, LockFile);
            return new WorkspaceFolder(
                folder, new FileStream(held, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException exception)
        {
            throw new InvalidOperationException(
                $"The workspace '{folder}' cannot be used: {exception.Message} "
                + "Give every training that runs at the same time a folder of its own (WorkspacePath).",
                exception);
        }
    }

    /// <summary>The path of a file in the folder.</summary>
    public string File(string name) => Path.Combine(FullName, name);

    /// <summary>
    /// Writes a file beside its place and moves it there when the disk has all of it. Whatever fails, the file that was there before stays.
    /// </summary>
    public void Write(string name, Action<Stream> write)
    {
        // One name for all attempts: what a killed process left behind is written over by the next one.
        string temporary = File(name + ".tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            System.IO.File.Move(temporary, File(name), overwrite: true);
        }
        catch
        {
            System.IO.File.Delete(temporary);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
