namespace Microsoft.ML.Loreal.Hub;

/// <summary>A model's part of the download cache, in the layout that huggingface_hub reads and writes.</summary>
/// <param name="folder">The folder of the whole cache.</param>
/// <param name="model">The model.</param>
/// <param name="linksFiles">Whether files of a snapshot are links to blobs, where the disk can have them.</param>
internal sealed class HubCache(string folder, HubModel model, bool linksFiles)
{
    private static readonly TimeSpan _lockPause = TimeSpan.FromMilliseconds(100);

    /// <summary>The model's folder.</summary>
    public string Folder { get; } = Path.Combine(folder, model.FolderName);

    public string Blob(string hash) => Path.Combine(Folder, "blobs", hash);

    public string Snapshot(string commit) => Path.Combine(Folder, "snapshots", commit);

    /// <summary>Whether a file of a snapshot is there, and what it links to is too.</summary>
    public bool Has(string commit, string name)
    {
        string path = Path.Combine(Snapshot(commit), name);
        return File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is null or { Exists: true };
    }

    /// <summary>The commit that a revision meant when it was downloaded last, null where it was not.</summary>
    public string? FindCommit()
    {
        if (HubModel.IsCommit(model.Revision))
        {
            return model.Revision;
        }

        string path = RefPath();
        return File.Exists(path) && File.ReadAllText(path).Trim() is var commit && HubModel.IsCommit(commit) ? commit : null;
    }

    /// <summary>Remembers what the revision means.</summary>
    public void WriteCommit(string commit)
    {
        if (FindCommit() == commit)
        {
            return;
        }

        string path = RefPath();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Nobody reads half of it.
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        File.WriteAllText(temporary, commit);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Puts a blob into a snapshot under the file's name.</summary>
    /// <param name="commit">The snapshot.</param>
    /// <param name="file">The file.</param>
    /// <param name="isNew">Whether no other snapshot can have the blob yet.</param>
    public void Link(string commit, HubFile file, bool isNew)
    {
        string path = Path.Combine(Snapshot(commit), file.Name);
        if (Has(commit, file.Name))
        {
            return;
        }

        Directory.CreateDirectory(Snapshot(commit));
        // A link to nothing, which an interrupted clean-up left.
        File.Delete(path);
        if (linksFiles && TryLink(path, Path.Combine("..", "..", "blobs", file.Hash)))
        {
            return;
        }

        if (isNew)
        {
            File.Move(Blob(file.Hash), path);
        }
        else
        {
            File.Copy(Blob(file.Hash), path);
        }
    }

    /// <summary>Waits until nobody else, in this process or another, Python's included, downloads the blob.</summary>
    public async Task<IDisposable> LockAsync(string hash, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, ".locks", model.FolderName, hash + ".lock");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (IsInUse(e))
            {
                await Task.Delay(_lockPause, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private string RefPath() => Path.Combine([Folder, "refs", .. model.Revision.Split('/')]);

    private static bool TryLink(string path, string target)
    {
        try
        {
            File.CreateSymbolicLink(path, target);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Windows without developer mode, and disks that have no links.
            return false;
        }
    }

    // EAGAIN of Linux and of macOS, and Windows' sharing violation.
    private static bool IsInUse(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020);
}
