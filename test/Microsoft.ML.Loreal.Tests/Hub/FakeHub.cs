using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Loreal.Tests.Hub;

/// <summary>
/// A hub on this machine with one model, <see cref="Name"/>: small files come from it, large ones from another host, to which it
/// redirects.
/// </summary>
internal sealed class FakeHub : IDisposable
{
    public const string Name = "someone/tiny-clip";
    public const string FirstCommit = "0123456789abcdef0123456789abcdef01234567";

    private readonly LoopbackServer _hub;
    private readonly LoopbackServer _files;

    public FakeHub(string folder)
    {
        Files = Directory.EnumerateFiles(folder).ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes);
        _hub = new LoopbackServer(AnswerHub);
        _files = new LoopbackServer(AnswerFiles);
    }

    public Uri Address => _hub.Address;

    public string Commit { get; set; } = FirstCommit;

    public Dictionary<string, byte[]> Files { get; }

    /// <summary>Names that are listed in place of the files'.</summary>
    public IReadOnlyList<string>? Listed { get; set; }

    /// <summary>The only token that opens the model, null where all do.</summary>
    public string? Token { get; set; }

    /// <summary>What is answered instead, where it is not null.</summary>
    public Func<LoopbackServer.Request, LoopbackServer.Reply?> Instead { get; set; } = _ => null;

    /// <summary>Changes the answer of the host that has the large files.</summary>
    public Func<LoopbackServer.Reply, LoopbackServer.Reply> Changed { get; set; } = reply => reply;

    public bool KnowsRanges { get; set; } = true;

    /// <summary>What the hub was asked.</summary>
    public ConcurrentQueue<LoopbackServer.Request> Asked => _hub.Requests;

    /// <summary>What the host of the large files was asked.</summary>
    public ConcurrentQueue<LoopbackServer.Request> AskedFiles => _files.Requests;

    public static bool IsLarge(string name) => name.EndsWith(".safetensors", StringComparison.Ordinal);

    public static string Hash(string name, byte[] content) => IsLarge(name)
        ? Convert.ToHexStringLower(SHA256.HashData(content))
        : Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));

    public HubOptions Options(TemporaryFolder cache) => new() { Endpoint = Address, CacheFolder = cache.Path, Token = string.Empty };

    public void Dispose()
    {
        _hub.Dispose();
        _files.Dispose();
    }

    private LoopbackServer.Reply AnswerHub(LoopbackServer.Request request)
    {
        if (Instead(request) is { } instead)
        {
            return instead;
        }

        if (Token is not null && request.Token != $"Bearer {Token}")
        {
            return new LoopbackServer.Reply(401, ("X-Error-Code", "GatedRepo"), ("X-Error-Message", "Access to it is restricted."));
        }

        if (request.Path == $"/api/models/{Name}/revision/main" || request.Path == $"/api/models/{Name}/revision/{Commit}")
        {
            var answer = new { sha = Commit, siblings = (Listed ?? [.. Files.Keys]).Select(name => new { rfilename = name }) };
            return new LoopbackServer.Reply(200) { Body = JsonSerializer.SerializeToUtf8Bytes(answer) };
        }

        if (request.Path.StartsWith($"/api/models/{Name}/", StringComparison.Ordinal))
        {
            return new LoopbackServer.Reply(404, ("X-Error-Code", "RevisionNotFound"));
        }

        string name = request.Path[(request.Path.LastIndexOf('/') + 1)..];
        if (!request.Path.StartsWith($"/{Name}/resolve/{Commit}/", StringComparison.Ordinal)
            || !Files.TryGetValue(name, out byte[]? content))
        {
            return new LoopbackServer.Reply(404, ("X-Error-Code", "RepoNotFound"));
        }

        string hash = Hash(name, content);
        return IsLarge(name)
            ? new LoopbackServer.Reply(
                302,
                ("Location", $"{_files.Address}{name}?signed"),
                ("X-Repo-Commit", Commit),
                ("X-Linked-Size", content.Length.ToString(CultureInfo.InvariantCulture)),
                ("X-Linked-Etag", $"\"{hash}\""),
                ("ETag", "\"the pointer's\""))
            : Part(content, request, ("X-Repo-Commit", Commit), ("ETag", $"\"{hash}\""));
    }

    private LoopbackServer.Reply AnswerFiles(LoopbackServer.Request request) =>
        Changed(Part(Files[request.Path[1..request.Path.IndexOf('?', StringComparison.Ordinal)]], request));

    private LoopbackServer.Reply Part(byte[] content, LoopbackServer.Request request, params (string Name, string Value)[] headers)
    {
        int from = request.From;
        return from == 0 || !KnowsRanges ? new LoopbackServer.Reply(200, headers) { Body = content }
            : new LoopbackServer.Reply(206, [.. headers, ("Content-Range", $"bytes {from}-{content.Length - 1}/{content.Length}")])
            {
                Body = content[from..],
            };
    }
}
