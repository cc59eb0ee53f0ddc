namespace Microsoft.ML.Loreal;

/// <summary>
/// The settings of <see cref="ClipBackbone.FromHubAsync"/>. What is left out is taken from the environment variables of Hugging Face's own
/// programs, so that Python and this package share one cache.
/// </summary>
public sealed class HubOptions
{
    /// <summary>The branch, tag or commit (40 hexadecimal digits). Default "main".</summary>
    public string Revision { get; set; } = "main";

    /// <summary>
    /// The hub's address, http or https. Default (null): the environment variable <c>HF_ENDPOINT</c>, otherwise
    /// <c>https://huggingface.co</c>.
    /// </summary>
    public Uri? Endpoint { get; set; }

    /// <summary>
    /// The folder that keeps what was downloaded, in huggingface_hub's layout. Default (null): <c>HF_HUB_CACHE</c>, otherwise the folder
    /// <c>hub</c> of <c>HF_HOME</c>, otherwise <c>huggingface/hub</c> in <c>XDG_CACHE_HOME</c> or <c>~/.cache</c>.
    /// </summary>
    public string? CacheFolder { get; set; }

    /// <summary>
    /// The access token for gated and private models, sent to <see cref="Endpoint"/> and to no other host. Default (null): <c>HF_TOKEN</c>,
    /// otherwise the file that <c>hf auth login</c> writes (<c>HF_TOKEN_PATH</c>, or <c>token</c> in <c>HF_HOME</c>) unless
    /// <c>HF_HUB_DISABLE_IMPLICIT_TOKEN</c> is set. An empty text sends none.
    /// </summary>
    public string? Token { get; set; }

    /// <summary>
    /// Whether only the cache is looked at, and the network is not touched. Default (null): whether <c>HF_HUB_OFFLINE</c> or
    /// <c>TRANSFORMERS_OFFLINE</c> is 1, on, yes or true.
    /// </summary>
    public bool? Offline { get; set; }

    /// <summary>
    /// The activation of both towers, for weights that are published without a configuration; see
    /// <see cref="ClipBackbone.FromFolder(string, ClipActivation)"/>. Default (null): what the model's files say.
    /// </summary>
    public ClipActivation? Activation { get; set; }

    /// <summary>
    /// What sends the requests, for proxies that need more than the environment variable <c>HTTPS_PROXY</c>, and for tests. It must not
    /// follow redirects by itself (<c>AllowAutoRedirect = false</c>), because the token must not follow them to another host. It stays
    /// yours and is not disposed. Default (null): one of its own.
    /// </summary>
    public HttpMessageHandler? Handler { get; set; }

    /// <summary>Is told how far each file has come, about once a megabyte. Default (null): nobody.</summary>
    public IProgress<HubProgress>? Progress { get; set; }
}
