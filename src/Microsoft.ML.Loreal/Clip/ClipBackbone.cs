using System.Security.Cryptography;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Clip.Tokenizer;
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

    private ClipBackbone(IBackboneFiles files)
    {
        Files = files;
        _contents = new Lazy<BackboneContents>(() => BackboneContents.Read(files));
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
    public string Sha256 => _sha256.Value;

    internal ClipTokenizer Tokenizer => _contents.Value.Tokenizer;

    internal ImageProcessor ImageProcessor => _contents.Value.ImageProcessor;

    /// <summary>The files that make up this backbone, for whoever stores it elsewhere.</summary>
    internal IReadOnlyList<string> FileNames => _contents.Value.FileNames;

    /// <summary>Where the backbone came from, for messages.</summary>
    internal string Description => Files.Description;

    private IBackboneFiles Files { get; }

    /// <summary>
    /// Opens a CLIP model in a folder as Hugging Face publishes it: config.json, model.safetensors, vocab.json and merges.txt, and
    /// preprocessor_config.json where there is one. bpe_simple_vocab_16e6.txt.gz may stand in for vocab.json and merges.txt, and with
    /// openai's tensor names config.json may be left out. Everything is checked at once, names and shapes of the weights included; the
    /// weights are read when they are needed.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The backbone.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A file is missing; the message lists what is.</exception>
    /// <exception cref="NotSupportedException">
    /// The weights are a pickle (.pt, .bin), or the model is of another kind, such as a ResNet.
    /// </exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the files do not fit each other.</exception>
    public static ClipBackbone FromFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (File.Exists(folder))
        {
            throw BackboneContents.IsPickle(folder)
                ? BackboneContents.PickleGiven(folder)
                : new DirectoryNotFoundException(
                    $"'{folder}' is a file; expected the folder with a CLIP model's config.json, model.safetensors, vocab.json and "
                    + "merges.txt.");
        }

        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException(
                $"There is no folder '{folder}'; expected a CLIP model's config.json, model.safetensors, vocab.json and merges.txt there.");
        }

        string? pickle = Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).FirstOrDefault(BackboneContents.IsPickle);
        var files = new FolderBackboneFiles(folder);
        if (pickle is not null && WeightFiles.Find(files, preferOpenClip: false) is null)
        {
            throw BackboneContents.PickleGiven(pickle);
        }

        return FromFiles(files);
    }

    /// <inheritdoc/>
    public override string ToString() => Files.Description;

    internal static ClipBackbone FromFiles(IBackboneFiles files)
    {
        var backbone = new ClipBackbone(files);
        _ = backbone._contents.Value;
        return backbone;
    }

    internal Stream OpenFile(string name) => Files.Open(name);

    /// <summary>Reads the weights into a new model, which the caller owns.</summary>
    internal ClipModel CreateModel(torch.Device device, ComputePrecision precision = ComputePrecision.Single)
    {
        PrecisionSupport.Check(precision, device);
        using var checkpoint = ClipCheckpoint.Open(Files, _contents.Value.Weights);
        checkpoint.Check(Config);
        return new ClipModel(Config, device, checkpoint.Load, precision);
    }

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] block = new byte[1 << 16];
        foreach (string name in _contents.Value.Weights.Names)
        {
            using Stream weights = Files.Open(name);
            for (int read; (read = weights.Read(block)) > 0;)
            {
                hash.AppendData(block, 0, read);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
