using System.Security.Cryptography;
using System.Text.Json;

namespace Microsoft.ML.Loreal;

/// <summary>
/// A transformer in ML.NET's model archive: its Model.key holds a <see cref="ModelManifest"/> as JSON; beside it are the parts that the
/// manifest lists, the learned prompts and the backbone. A damaged part is found by its hash.
/// </summary>
internal sealed class ModelFiles
{
    private const string BackboneFolder = "Backbone/";
    private const int LongestManifest = 1 << 20;

    private readonly Dictionary<string, byte[]> _parts;

    private ModelFiles(ScoringSettings settings, ClipBackbone backbone, Dictionary<string, byte[]> parts)
    {
        Settings = settings;
        Backbone = backbone;
        _parts = parts;
    }

    public ScoringSettings Settings { get; }

    public ClipBackbone Backbone { get; }

    public static void Save(ModelSaveContext ctx, VersionInfo version, ScoredModel model, ScoringSettings settings)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(version);
        var parts = new List<ModelPart>();
        model.Save((name, write) => parts.Add(SavePart(ctx, name, write)));
        foreach (string name in model.Backbone.FileNames)
        {
            parts.Add(SavePart(ctx, BackboneFolder + name, stream =>
            {
                using Stream file = model.Backbone.OpenFile(name);
                file.CopyTo(stream);
            }));
        }

        byte[] manifest = JsonSerializer.SerializeToUtf8Bytes(new ModelManifest(settings, parts));
        ctx.Writer.Write(manifest.Length);
        ctx.Writer.Write(manifest);
        ctx.Writer.Write(SHA256.HashData(manifest));
    }

    public static ModelFiles Load(ModelLoadContext ctx, VersionInfo version)
    {
        ctx.CheckAtModel(version);
        ModelManifest manifest = ReadManifest(ctx);
        var parts = manifest.Parts.ToDictionary(part => part.Name, part => LoadPart(ctx, part));
        var backboneFiles = parts
            .Where(part => part.Key.StartsWith(BackboneFolder, StringComparison.Ordinal))
            .ToDictionary(part => part.Key[BackboneFolder.Length..], part => part.Value);
        var backbone = ClipBackbone.FromFiles(new MemoryBackboneFiles("the backbone in the saved model", backboneFiles));
        return new ModelFiles(manifest.Settings, backbone, parts);
    }

    /// <summary>Opens a part by its name.</summary>
    public Stream Open(string name) => _parts.TryGetValue(name, out byte[]? content)
        ? new MemoryStream(content, writable: false)
        : throw new InvalidDataException($"The saved LOREAL model has no part '{name}'; the archive is incomplete.");

    private static ModelPart SavePart(ModelSaveContext ctx, string name, Action<Stream> write)
    {
        ModelPart? part = null;
        ctx.SaveBinaryStream(name, writer =>
        {
            using var hash = SHA256.Create();
            using (var hashing = new CryptoStream(writer.BaseStream, hash, CryptoStreamMode.Write, leaveOpen: true))
            {
                write(hashing);
            }

            part = new ModelPart(name, writer.BaseStream.Length, Convert.ToHexStringLower(hash.Hash!));
        });
        return part!;
    }

    private static ModelManifest ReadManifest(ModelLoadContext ctx)
    {
        const string Damaged = "The settings of the saved LOREAL model are damaged; save the model again.";
        try
        {
            int length = ctx.Reader.ReadInt32();
            byte[] manifest = length is > 0 and <= LongestManifest ? ctx.Reader.ReadBytes(length) : [];
            byte[] hash = ctx.Reader.ReadBytes(SHA256.HashSizeInBytes);
            return manifest.Length > 0 && hash.AsSpan().SequenceEqual(SHA256.HashData(manifest)) && JsonSerializer.Deserialize<ModelManifest>(manifest) is { IsUsable: true } usable
                ? usable
                : throw new FormatException(Damaged);
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            throw new FormatException(Damaged, exception);
        }
    }

    private static byte[] LoadPart(ModelLoadContext ctx, ModelPart part)
    {
        byte[]? content = null;
        bool found;
        try
        {
            found = ctx.TryLoadBinaryStream(part.Name, reader => content = ReadPart(reader.BaseStream, part));
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new InvalidDataException($"The part '{part.Name}' of the saved LOREAL model cannot be read: {exception.Message}", exception);
        }

        if (!found)
        {
            throw new InvalidDataException($"The saved LOREAL model has no part '{part.Name}'; the archive is incomplete.");
        }

        return content ?? throw new InvalidDataException($"The part '{part.Name}' of the saved LOREAL model is damaged: its length or its SHA-256 is not what was saved.");
    }

    /// <summary>The content, or null where it is not what was saved.</summary>
    private static byte[]? ReadPart(Stream stream, ModelPart part)
    {
        if (stream.Length != part.Length)
        {
            return null;
        }

        byte[] content = new byte[part.Length];
        stream.ReadExactly(content);
        return Convert.ToHexStringLower(SHA256.HashData(content)) == part.Sha256 ? content : null;
    }
}
