using System.Net;
using Microsoft.ML.Loreal.Clip.Published;

namespace Microsoft.ML.Loreal.Hub;

/// <summary>Brings those files of a model that a backbone is made of into the cache.</summary>
internal sealed class HubSnapshot : IDisposable
{
    // Failures in a row, without a byte between them, after which a download is given up.
    private const int MostFailures = 4;
    private const long ReportedBytes = 1 << 20;

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    private readonly HubModel _model;
    private readonly HubSettings _settings;
    private readonly HubClient _client;
    private readonly HubCache _cache;
    private readonly IProgress<HubProgress>? _progress;

    public HubSnapshot(HubModel model, HubSettings settings, HttpMessageHandler? handler, IProgress<HubProgress>? progress)
    {
        _model = model;
        _settings = settings;
        _client = new HubClient(settings, model, handler);
        _cache = new HubCache(settings.CacheFolder, model, settings.LinksFiles);
        _progress = progress;
    }

    /// <summary>Downloads what the cache lacks.</summary>
    /// <returns>The folder of the snapshot.</returns>
    public async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_settings.Offline)
        {
            return Cached(null);
        }

        HubListing listing;
        try
        {
            listing = await _client.ListAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (BrokenConnectionException e)
        {
            return Cached(e);
        }

        string snapshot = _cache.Snapshot(listing.Commit);
        var files = new ListedFiles(_model, listing.Names, snapshot);
        BackboneContents.CheckListed(files);
        // What is large comes last: only then is it known which of it is needed, and a model of another kind is refused before it.
        bool isNew = await DownloadAsync(listing.Commit, BackboneContents.SmallFiles.Where(files.Exists), cancellationToken)
            .ConfigureAwait(false);
        isNew |= await DownloadAsync(listing.Commit, BackboneContents.FindWeights(files).Names, cancellationToken).ConfigureAwait(false);
        try
        {
            _cache.WriteCommit(listing.Commit);
        }
        catch (Exception e) when (!isNew && e is IOException or UnauthorizedAccessException)
        {
            // A cache that can only be read serves all the same.
        }

        return snapshot;
    }

    public void Dispose() => _client.Dispose();

    /// <summary>What the cache has of the model, if it is all.</summary>
    /// <param name="cause">Why the hub was not asked, null where that was not wanted.</param>
    private string Cached(BrokenConnectionException? cause)
    {
        FileNotFoundException? missing = null;
        if (_cache.FindCommit() is { } commit && _cache.Snapshot(commit) is var snapshot && Directory.Exists(snapshot))
        {
            try
            {
                WeightFiles weights = BackboneContents.FindWeights(new FolderBackboneFiles(snapshot));
                if (weights.Names.All(name => _cache.Has(commit, name)))
                {
                    return snapshot;
                }
            }
            catch (FileNotFoundException e)
            {
                missing = e;
            }
        }

        string found = $"The cache '{_cache.Folder}' does not hold all of {_model}{(missing is null ? "." : $": {missing.Message}")}";
        throw cause is null
            ? new FileNotFoundException(
                $"{found} Nothing is downloaded, because HubOptions.Offline or HF_HUB_OFFLINE says so: set it to false, or give the "
                + "CacheFolder (HF_HUB_CACHE) that has the model.",
                missing)
            : new IOException($"{cause.Message} {found} Check the connection, HTTPS_PROXY and HF_ENDPOINT, and call again.", cause);
    }

    /// <summary>Downloads files that the snapshot lacks, and says whether there was one.</summary>
    private async Task<bool> DownloadAsync(string commit, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        string[] missing = [.. names.Where(name => !_cache.Has(commit, name))];
        foreach (string name in missing)
        {
            await DownloadAsync(commit, name, cancellationToken).ConfigureAwait(false);
        }

        return missing.Length > 0;
    }

    private async Task DownloadAsync(string commit, string name, CancellationToken cancellationToken)
    {
        HubFile file = await RetryAsync(() => _client.DescribeAsync(commit, name, cancellationToken), name, () => 0, cancellationToken)
            .ConfigureAwait(false);
        string blob = _cache.Blob(file.Hash);
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        using IDisposable held = await _cache.LockAsync(file.Hash, cancellationToken).ConfigureAwait(false);
        bool isNew = !File.Exists(blob) && !_cache.Has(commit, name);
        if (isNew)
        {
            await FetchAsync(commit, file, blob, cancellationToken).ConfigureAwait(false);
        }

        _cache.Link(commit, file, isNew);
    }

    private async Task FetchAsync(string commit, HubFile file, string blob, CancellationToken cancellationToken)
    {
        string path = blob + ".incomplete";
        string found;
        using (var partial = new PartialFile(path, file))
        {
            await RetryAsync(
                async () =>
                {
                    await AppendAsync(commit, file, partial, cancellationToken).ConfigureAwait(false);
                    return true;
                },
                file.Name,
                () => partial.Length,
                cancellationToken).ConfigureAwait(false);
            found = partial.Finish();
        }

        if (found != file.Hash)
        {
            File.Delete(path);
            throw new InvalidDataException(
                $"{file.Name} of {_model} came with the hash {found}; the hub says {file.Hash}. What came was deleted: call again, and if "
                + "that does not help, look for a proxy that changes downloads.");
        }

        File.Move(path, blob, overwrite: true);
    }

    /// <summary>Receives what is missing of a file, or all of it where the server gives no parts.</summary>
    private async Task AppendAsync(string commit, HubFile file, PartialFile partial, CancellationToken cancellationToken)
    {
        if (partial.Length == file.Length)
        {
            return;
        }

        using HttpResponseMessage response =
            await _client.OpenAsync(commit, file.Name, partial.Length, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentRange?.From != partial.Length)
        {
            if (response.StatusCode == HttpStatusCode.PartialContent)
            {
                throw new InvalidDataException(
                    $"The hub sent the bytes {response.Content.Headers.ContentRange} of {file.Name}; asked for those from "
                    + $"{partial.Length} on.");
            }

            partial.Restart();
        }

        long reported = partial.Length;
        await HubClient.ReadAsync(
            response,
            block =>
            {
                if (partial.Length + block.Length > file.Length)
                {
                    partial.Restart();
                    throw new InvalidDataException($"{file.Name} of {_model} is longer than the {file.Length:N0} bytes that the hub says.");
                }

                partial.Append(block);
                if (partial.Length - reported >= ReportedBytes || partial.Length == file.Length)
                {
                    reported = partial.Length;
                    _progress?.Report(new HubProgress(file.Name, partial.Length, file.Length));
                }
            },
            cancellationToken).ConfigureAwait(false);
        if (partial.Length < file.Length)
        {
            throw new BrokenConnectionException($"The answer ended after {partial.Length:N0} of {file.Length:N0} bytes.", null);
        }
    }

    /// <summary>Does something again after a broken connection, as long as that helps.</summary>
    private async Task<T> RetryAsync<T>(Func<Task<T>> action, string name, Func<long> received, CancellationToken cancellationToken)
    {
        long most = received();
        for (int failures = 0; ;)
        {
            try
            {
                return await action().ConfigureAwait(false);
            }
            catch (BrokenConnectionException e)
            {
                failures = received() > most ? 1 : failures + 1;
                most = Math.Max(most, received());
                if (failures == MostFailures)
                {
                    throw new IOException(
                        $"{name} of {_model} could not be downloaded, {failures} times in a row: {e.Message} What has arrived is kept: "
                        + "call again to go on from there.",
                        e);
                }

                await Task.Delay(_pause * (1 << failures), cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
