using System.Text.RegularExpressions;

namespace Microsoft.ML.Loreal.Hub;

/// <summary>What the options say, completed with the environment variables of huggingface_hub.</summary>
internal sealed partial class HubSettings
{
    private const string PublicHub = "https://huggingface.co";

    private HubSettings(Uri endpoint, string cacheFolder, string? token, bool offline, bool linksFiles)
    {
        Endpoint = endpoint;
        CacheFolder = cacheFolder;
        Token = token;
        Offline = offline;
        LinksFiles = linksFiles;
    }

    /// <summary>The hub's address; it ends with a slash.</summary>
    public Uri Endpoint { get; }

    public string CacheFolder { get; }

    public string? Token { get; }

    public bool Offline { get; }

    /// <summary>Whether files of a snapshot are links, where the disk can have them.</summary>
    public bool LinksFiles { get; }

    /// <summary>Completes the options.</summary>
    /// <param name="options">What the caller says.</param>
    /// <param name="variable">The environment's variables by name.</param>
    /// <exception cref="ArgumentException">The address is not http or https, or the token cannot stand in a request.</exception>
    public static HubSettings Read(HubOptions options, Func<string, string?> variable)
    {
        if (options.Handler is HttpClientHandler { AllowAutoRedirect: true } or SocketsHttpHandler { AllowAutoRedirect: true })
        {
            throw FollowsRedirects();
        }

        string caches = PathOf("XDG_CACHE_HOME") ?? Path.Combine(UserFolder(), ".cache");
        string home = PathOf("HF_HOME") ?? Path.Combine(caches, "huggingface");
        string cache = options.CacheFolder ?? PathOf("HF_HUB_CACHE") ?? PathOf("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(home, "hub");
        return new HubSettings(
            ReadEndpoint(options.Endpoint?.OriginalString ?? Text("HF_ENDPOINT") ?? PublicHub),
            Path.GetFullPath(cache),
            ReadToken(),
            options.Offline ?? (IsTrue("HF_HUB_OFFLINE") || IsTrue("TRANSFORMERS_OFFLINE")),
            !IsTrue("HF_HUB_DISABLE_SYMLINKS"));

        string? Text(string name) => variable(name) is { Length: > 0 } value ? value : null;

        bool IsTrue(string name) => Text(name)?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";

        string? PathOf(string name) => Text(name) is not { } path ? null
            : VariablePattern().Replace(StartsAtUser(path) ? UserFolder() + path[1..] : path, found =>
                variable(found.Groups["name"].Value) ?? found.Value);

        string? ReadToken()
        {
            string? token = options.Token ?? Text("HF_TOKEN") ?? Text("HUGGING_FACE_HUB_TOKEN");
            if (token is null && !IsTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN"))
            {
                string file = PathOf("HF_TOKEN_PATH") ?? Path.Combine(home, "token");
                token = File.Exists(file) ? File.ReadAllText(file) : null;
            }

            token = token?.Trim();
            // Never in a message: it is a secret.
            return string.IsNullOrEmpty(token) ? null
                : !token.AsSpan().ContainsAnyExceptInRange('!', '~') ? token
                : throw new ArgumentException(
                    "The access token (HubOptions.Token, HF_TOKEN or the token file) has a character that a token cannot have; expected "
                    + "one line such as 'hf_...'.",
                    nameof(options));
        }
    }

    /// <summary>What is thrown where the caller's handler keeps redirects to itself.</summary>
    public static ArgumentException FollowsRedirects() =>
        new(
            "HubOptions.Handler follows redirects by itself, and would hide what the hub says on the way; set its AllowAutoRedirect to "
            + "false.");

    private static bool StartsAtUser(string path) => path is "~" || path.StartsWith("~/", StringComparison.Ordinal);

    private static string UserFolder() => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static Uri ReadEndpoint(string text) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out Uri? endpoint)
        && (endpoint.Scheme == Uri.UriSchemeHttps || endpoint.Scheme == Uri.UriSchemeHttp)
        && endpoint.Query.Length == 0
        && endpoint.Fragment.Length == 0
            ? endpoint
            : throw new ArgumentException(
                $"The hub's address (HubOptions.Endpoint or HF_ENDPOINT) is '{text}'; expected one that starts with https:// or http://, "
                + $"such as '{PublicHub}'.");

    // $NAME and ${NAME}, which a service's settings hold as they are.
    [GeneratedRegex(@"\$(?:(?<name>\w+)|\{(?<name>[^}]*)\})")]
    private static partial Regex VariablePattern();
}
