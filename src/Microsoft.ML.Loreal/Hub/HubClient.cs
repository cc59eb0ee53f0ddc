using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Microsoft.ML.Loreal.Hub;

/// <summary>Sends requests to the hub, and follows its redirects without taking the token to another host.</summary>
internal sealed class HubClient : IDisposable
{
    private const int MostRedirects = 10;
    private const int MostListingBytes = 64 << 20;

    // The longest time without a sign of life before a connection counts as broken.
    private static readonly TimeSpan _silence = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client;
    private readonly HubSettings _settings;
    private readonly HubModel _model;

    public HubClient(HubSettings settings, HubModel model, HttpMessageHandler? handler)
    {
        _settings = settings;
        _model = model;
        _client = new HttpClient(
            handler ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = _silence },
            disposeHandler: handler is null)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        string version = typeof(HubClient).Assembly.GetName().Version!.ToString();
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Microsoft.ML.Loreal", version));
        // Lengths and ranges count the file's own bytes.
        _client.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
    }

    private string Description => $"The hub {_settings.Endpoint} ({_model})";

    /// <summary>Asks what the revision means and which files it has.</summary>
    public async Task<HubListing> ListAsync(CancellationToken cancellationToken)
    {
        Uri address = new(_settings.Endpoint, $"api/models/{_model.Name}/revision/{Uri.EscapeDataString(_model.Revision)}");
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, address, 0, cancellationToken).ConfigureAwait(false);
        CheckSuccess(response);
        using var json = new MemoryStream();
        await ReadAsync(
            response,
            block =>
            {
                json.Write(block);
                if (json.Length > MostListingBytes)
                {
                    throw new InvalidDataException($"{Description} answered with more than {MostListingBytes:N0} bytes. Is it a hub?");
                }
            },
            cancellationToken).ConfigureAwait(false);
        json.Position = 0;
        return HubListing.Read(json, Description);
    }

    /// <summary>Asks for a file's hash and length.</summary>
    public async Task<HubFile> DescribeAsync(string commit, string name, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response =
            await SendAsync(HttpMethod.Head, Address(commit, name), 0, cancellationToken).ConfigureAwait(false);
        CheckSuccess(response);
        if (Header(response, "X-Repo-Commit") is { } found && found != commit)
        {
            throw new InvalidDataException($"{Description} answered for {name} of commit {found}; asked for {commit}.");
        }

        // What is behind a link to a large file comes before what describes the link itself.
        string? tag = Header(response, "X-Linked-Etag") ?? Header(response, "ETag");
        string? hash = tag?.Replace("W/", string.Empty, StringComparison.Ordinal).Trim('"');
        long? length = Header(response, "X-Linked-Size") is { } size ? Number(size)
            : IsRedirect(response) ? null : response.Content.Headers.ContentLength;
        if (hash is null || !HubFile.IsHash(hash))
        {
            throw new InvalidDataException(
                $"{Description} gives {name} the ETag {tag ?? "(none)"}; expected a SHA-256 (64 hexadecimal digits) or git's SHA-1 (40), "
                + "by which a download is checked. Is something between that changes answers, such as a proxy?");
        }

        return length is { } bytes and >= 0 ? new HubFile(name, hash, bytes)
            : throw new InvalidDataException($"{Description} does not say the length of {name}.");
    }

    /// <summary>Asks for a file's bytes from a place on. The caller owns the answer, which may hold the whole file all the same.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string commit, string name, long from, CancellationToken cancellationToken)
    {
        HttpResponseMessage response =
            await SendAsync(HttpMethod.Get, Address(commit, name), from, cancellationToken).ConfigureAwait(false);
        try
        {
            CheckSuccess(response);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Gives the bytes of an answer to <paramref name="take"/>, block by block.</summary>
    /// <exception cref="BrokenConnectionException">The connection was cut.</exception>
    public static async Task ReadAsync(HttpResponseMessage response, Action<ReadOnlySpan<byte>> take, CancellationToken cancellationToken)
    {
        byte[] block = new byte[1 << 16];
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        while (true)
        {
            int read;
            try
            {
                silence.CancelAfter(_silence);
                Stream stream = await response.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false);
                read = await stream.ReadAsync(block, silence.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (IsBroken(e, cancellationToken))
            {
                throw new BrokenConnectionException($"The connection to {Host(response)} was cut: {e.GetBaseException().Message}", e);
            }

            if (read == 0)
            {
                return;
            }

            take(block.AsSpan(0, read));
        }
    }

    public void Dispose() => _client.Dispose();

    private Uri Address(string commit, string name) =>
        new(_settings.Endpoint, $"{_model.Name}/resolve/{commit}/{Uri.EscapeDataString(name)}");

    /// <summary>Sends a request and follows redirects, a HEAD up to the answer that describes a file.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, long from, CancellationToken cancellationToken)
    {
        Uri asked = address;
        for (int redirects = 0; redirects <= MostRedirects; redirects++)
        {
            HttpResponseMessage response = await SendOnceAsync(method, asked, from, cancellationToken).ConfigureAwait(false);
            bool describes = method == HttpMethod.Head
                && Header(response, "X-Linked-Etag") is not null
                && response.Headers.Location is { IsAbsoluteUri: true };
            if (!IsRedirect(response) || describes)
            {
                return response;
            }

            Uri next = new(asked, response.Headers.Location!);
            response.Dispose();
            if (next.Scheme != Uri.UriSchemeHttps && (next.Scheme != Uri.UriSchemeHttp || asked.Scheme == Uri.UriSchemeHttps))
            {
                throw new InvalidDataException(
                    $"{Description} sends from {asked.Scheme}://{asked.Authority} to {next.Scheme}://{next.Authority}, which is not "
                    + "followed: expected https.");
            }

            asked = next;
        }

        throw new InvalidDataException($"{Description} sends from one address to the next, {MostRedirects} times, beginning at {address}.");
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, Uri address, long from, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, address);
        if (from > 0)
        {
            request.Headers.Range = new RangeHeaderValue(from, null);
        }

        if (_settings.Token is not null && IsHub(address))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _settings.Token);
        }

        HttpResponseMessage response;
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(_silence);
        try
        {
            response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (IsBroken(e, cancellationToken))
        {
            throw new BrokenConnectionException($"{address.Host} could not be reached: {e.GetBaseException().Message}", e);
        }

        if (request.RequestUri != address)
        {
            response.Dispose();
            throw HubSettings.FollowsRedirects();
        }

        return response;
    }

    private void CheckSuccess(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode || IsRedirect(response))
        {
            return;
        }

        HttpStatusCode status = response.StatusCode;
        string? reason = Header(response, "X-Error-Message");
        string said = string.Create(CultureInfo.InvariantCulture, $"{Host(response)} answered {(int)status} for {_model}")
            + (string.IsNullOrEmpty(reason) ? "." : $" ('{reason}').");
        if (status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError
            or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout)
        {
            throw new BrokenConnectionException(said, null);
        }

        string token = _settings.Token is null ? "No token was sent" : "The token that was sent does not open it";
        string way = (status, Header(response, "X-Error-Code")) switch
        {
            (_, "RevisionNotFound") => "The model has no such revision; look its branches and tags up on its page.",
            (_, "EntryNotFound") => "The file is not in this revision any more; call again.",
            (_, "GatedRepo") => $"The model is gated. {token}: accept its conditions on its page, and give an access token with "
                + "HubOptions.Token, HF_TOKEN or 'hf auth login'.",
            (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, _) =>
                $"There is no such model, or it is private or gated. {token}: check the name, and give an access token with "
                + "HubOptions.Token, HF_TOKEN or 'hf auth login'.",
            (HttpStatusCode.NotFound, _) =>
                $"There is no such model or revision here, or it is private. {token}: check the name, the revision and HF_ENDPOINT.",
            _ => "Is HubOptions.Endpoint or HF_ENDPOINT the address of a hub?",
        };
        throw new HttpRequestException($"{said} {way}", null, status);
    }

    private bool IsHub(Uri address) =>
        address.Scheme == _settings.Endpoint.Scheme
        && string.Equals(address.Authority, _settings.Endpoint.Authority, StringComparison.OrdinalIgnoreCase);

    private static bool IsBroken(Exception error, CancellationToken cancellationToken) =>
        error is HttpRequestException or IOException
        || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static bool IsRedirect(HttpResponseMessage response) =>
        (int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is not null;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.ToString() : null;

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static string Host(HttpResponseMessage response) => response.RequestMessage!.RequestUri!.Authority;
}
