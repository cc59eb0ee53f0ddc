using System.Security.Cryptography;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Clip.Published;
using Microsoft.ML.Loreal.Clip.Tokenizer;
using Microsoft.ML.Loreal.Hub;
using Microsoft.ML.Loreal.Images;
using TorchSharp;

namespace Microsoft.ML.Loreal;

/// <summary>
/// A frozen CLIP model with a vision transformer: its sizes, tokenizer, image preprocessing and weights. It holds no tensors, so it is
/// cheap to keep, and it can be used by many threads.
/// </summary>
public sealed class ClipBackbone
{
    private readonly Lazy<BackboneContents> _contents;
    private readonly Lazy<string> _sha256;

    private ClipBackbone(IBackboneFiles files, ClipActivation? activation = null)
    {
        Files = files;
        _contents = new Lazy<BackboneContents>(() => BackboneContents.Read(files, activation));
        _sha256 = new Lazy<string>(Hash);
    }

    /// <summary>
    /// The small CLIP model that comes with the package: 112 pixels in patches of 8 at its standard resolution. It knows the generated
    /// world that it was trained on, not photographs; it is meant for trying things out.
    /// </summary>
    public static ClipBackbone Default { get; } = new(new EmbeddedBackboneFiles());

    /// <summary>The sizes of the model.</summary>
    /// <exception cref="FileNotFoundException">The default backbone is asked for and the assembly was built without it.</exception>
    public ClipConfig Config => _contents.Value.Config;

    /// <summary>The SHA-256 of the weights (all their files, in the order of their names) as 64 lower-case hexadecimal digits.</summary>
    /// <exception cref="InvalidDataException">The weights were overwritten after the backbone was opened.</exception>
    public string Sha256 => _sha256.Value;

    /// <summary>
    /// What tells the backbone from others: the SHA-256 of its weights, and the settings that differ from those of OpenAI's models.
    /// </summary>
    internal string Identity => string.Join(
        ", ",
        new[]
        {
            Sha256,
            Config.TowerSettings,
            Tokenizer.Identity,
            ImageProcessor.Identity == ImageProcessor.Clip.Identity ? null : ImageProcessor.Identity,
        }.Where(part => part is not null));

    internal ClipTokenizer Tokenizer => _contents.Value.Tokenizer;

    internal ImageProcessor ImageProcessor => _contents.Value.ImageProcessor;

    /// <summary>The files that make up this backbone, for whoever stores it elsewhere.</summary>
    internal IReadOnlyList<string> FileNames => _contents.Value.FileNames;

    /// <summary>Where the backbone came from, for messages.</summary>
    internal string Description => Files.Description;

    private IBackboneFiles Files { get; }

    /// <summary>
    /// Opens a CLIP model in a folder, as published for Hugging Face's transformers or for open_clip, or as kept in Hugging Face's download
    /// cache. Everything is checked at once, names and shapes of the weights included; the weights are read when they are needed.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The configuration is <c>config.json</c> or <c>open_clip_config.json</c>; weights with openai's own buffers need none. The weights
    /// are <c>model.safetensors</c>, <c>open_clip_model.safetensors</c>, the shards of a <c>model.safetensors.index.json</c>, or the only
    /// safetensors file, with Hugging Face's or openai's tensor names. The tokenizer is <c>vocab.json</c> and <c>merges.txt</c>,
    /// <c>tokenizer.json</c>, or <c>bpe_simple_vocab_16e6.txt.gz</c>. Pictures are processed as <c>processor_config.json</c>,
    /// <c>preprocessor_config.json</c> or open_clip's configuration says. docs/default-backbone.md lists the layouts.
    /// </para>
    /// <para>
    /// Files of up to 16 MiB are kept in memory, larger ones are held open as long as the backbone is used. So the folder may be deleted,
    /// moved or filled anew, and what was opened is still trained with and saved. A large file must not be overwritten in place: what reads
    /// it then, training and saving included, throws an <see cref="InvalidDataException"/> that tells how to put it right.
    /// </para>
    /// </remarks>
    /// <param name="folder">The folder.</param>
    /// <returns>The backbone.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">
    /// A file is missing; the message lists what is. Or the files do not say the activation of the towers; see
    /// <see cref="FromFolder(string, ClipActivation)"/>.
    /// </exception>
    /// <exception cref="NotSupportedException">
    /// The weights are a pickle (.pt, .bin) or quantized, the model is of another kind, such as SigLIP, or a setting in its configuration
    /// or of the image processor asks for something that is not supported; the message names it.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// A file is damaged, the files do not fit each other, or the folder holds several models.
    /// </exception>
    public static ClipBackbone FromFolder(string folder) => FromFiles(new FolderBackboneFiles(Resolve(folder)));

    /// <summary>
    /// Opens a CLIP model in a folder whose weights have openai's tensor names and no configuration beside them, as programs like open_clip
    /// save them. Such weights do not tell the activation of the towers. Otherwise as <see cref="FromFolder(string)"/>.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="activation">
    /// The activation of both towers: <see cref="ClipActivation.QuickGelu"/> for OpenAI's models and what was trained from them,
    /// <see cref="ClipActivation.Gelu"/> for most others.
    /// </param>
    /// <returns>The backbone.</returns>
    /// <exception cref="ArgumentException">The folder has a configuration that says another activation.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A file is missing; the message lists what is.</exception>
    /// <exception cref="NotSupportedException">The model cannot be used; the message says why.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the files do not fit each other.</exception>
    public static ClipBackbone FromFolder(string folder, ClipActivation activation)
    {
        CheckActivation(activation);
        var files = new FolderBackboneFiles(Resolve(folder));
        ClipBackbone backbone = FromFiles(files, activation);
        // What was asked for is kept as a config.json, which a saved model takes along.
        return BackboneContents.HasConfig(files) ? backbone : FromFiles(new ConfiguredBackboneFiles(files, backbone.Config));
    }

    /// <summary>
    /// Opens a CLIP model of the Hugging Face hub by its name, such as "openai/clip-vit-base-patch16". What its folder needs for
    /// <see cref="FromFolder(string)"/> is downloaded, and nothing else, into the cache that Python's huggingface_hub uses too; what is
    /// there already is not downloaded again.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Each call asks the hub which commit the revision means. Where the hub cannot be reached, the commit that the revision meant at the
    /// last download is opened from the cache. With <see cref="HubOptions.Offline"/> nothing is asked.
    /// </para>
    /// <para>
    /// Every file is compared with the hash that the hub gives for it. A connection that is cut is taken up again where it broke off; what
    /// has arrived when a download fails or is cancelled stays in the cache as <c>.incomplete</c>, and the next call goes on from there.
    /// Callers in several processes wait for each other, Python's too.
    /// </para>
    /// </remarks>
    /// <param name="name">The model's owner and name with a slash between.</param>
    /// <param name="options">The revision, the cache, the access token and so on; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <returns>The backbone.</returns>
    /// <exception cref="ArgumentException">The name or an option is not of the expected form; thrown before anything is asked.</exception>
    /// <exception cref="HttpRequestException">
    /// The hub refuses: there is no such model or revision, or it is private or gated. <see cref="HttpRequestException.StatusCode"/> is
    /// what it answered.
    /// </exception>
    /// <exception cref="IOException">
    /// The hub cannot be reached and the cache does not hold the model, the connection broke off several times in a row, or the disk is
    /// full.
    /// </exception>
    /// <exception cref="FileNotFoundException">
    /// The repository lacks a file of a CLIP model, or nothing may be downloaded and the cache does not hold the model.
    /// </exception>
    /// <exception cref="NotSupportedException">
    /// The model has no safetensors, is of another kind, or has a setting that is not supported; the message names it.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// What came does not have the hash that the hub gives for it, the server's answers are no hub's, or a file is damaged.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static Task<ClipBackbone> FromHubAsync(
        string name, HubOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new HubOptions();
        ClipActivation? activation = options.Activation;
        if (activation is { } given)
        {
            CheckActivation(given);
        }

        var model = new HubModel(name, options.Revision);
        var settings = HubSettings.Read(options, Environment.GetEnvironmentVariable);
        return Open(new HubSnapshot(model, settings, options.Handler, options.Progress));

        async Task<ClipBackbone> Open(HubSnapshot snapshot)
        {
            using (snapshot)
            {
                string folder = await snapshot.GetAsync(cancellationToken).ConfigureAwait(false);
                return activation is { } said ? FromFolder(folder, said) : FromFolder(folder);
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Files.Description;

    /// <summary>Opens a backbone, of which <paramref name="activation"/> says what its files do not.</summary>
    internal static ClipBackbone FromFiles(IBackboneFiles files, ClipActivation? activation = null)
    {
        var backbone = new ClipBackbone(files, activation);
        _ = backbone._contents.Value;
        return backbone;
    }

    internal Stream OpenFile(string name) => Files.Open(name);

    /// <summary>Makes sure that every file is, to its last byte, what it was when the backbone was opened.</summary>
    /// <exception cref="InvalidDataException">One was overwritten; the message names it and the way out.</exception>
    internal void Verify()
    {
        foreach (string name in FileNames)
        {
            Files.Verify(name);
        }
    }

    /// <summary>Reads the weights into a new model, which the caller owns.</summary>
    internal ClipModel CreateModel(torch.Device device, ComputePrecision precision = ComputePrecision.Single)
    {
        PrecisionSupport.Check(precision, device);
        using var checkpoint = ClipCheckpoint.Open(Files, _contents.Value.Weights);
        checkpoint.Check(Config);
        return new ClipModel(Config, device, checkpoint.Load, precision);
    }

    private static void CheckActivation(ClipActivation activation)
    {
        if (!Enum.IsDefined(activation))
        {
            throw new ArgumentOutOfRangeException(nameof(activation), activation, "Expected QuickGelu or Gelu.");
        }
    }

    private static string Resolve(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (File.Exists(folder))
        {
            throw BackboneContents.IsPickle(folder)
                ? BackboneContents.PickleGiven($"'{folder}'")
                : new DirectoryNotFoundException(
                    $"'{folder}' is a file; expected the folder with a CLIP model's config.json, model.safetensors, vocab.json and "
                    + "merges.txt.");
        }

        return Directory.Exists(folder) ? HubFolder.Resolve(folder)
            : throw new DirectoryNotFoundException(
                $"There is no folder '{folder}'; expected one with the files of a CLIP model, such as config.json, model.safetensors and "
                + "tokenizer.json. Nothing is downloaded here: ClipBackbone.FromHubAsync(\"OWNER/NAME\") does that, and '~' must be "
                + "written out.");
    }

    private string Hash()
    {
        IReadOnlyList<string> names = _contents.Value.Weights.Names;
        if (names.Count == 1)
        {
            return Files.Sha256(names[0]);
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] block = new byte[1 << 16];
        foreach (string name in names)
        {
            using Stream shard = Files.Open(name);
            for (int read; (read = shard.Read(block)) > 0;)
            {
                hash.AppendData(block, 0, read);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
