using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.Loreal.Files;
using Microsoft.ML.Loreal.MLNet;
using Microsoft.ML.Loreal.Scoring;

namespace Microsoft.ML.Loreal.Archive;

/// <summary>
/// A transformer in ML.NET's model archive: its Model.key holds a <see cref="ModelManifest"/> as JSON; beside it are the parts that the
/// manifest lists. A damaged part is found by its hash.
/// </summary>
internal sealed class ModelArchive
{
    private const int MaxManifestBytes = 1 << 20;

    private readonly ModelLoadContext _context;

    private ModelArchive(ModelLoadContext context, ModelManifest manifest)
    {
        _context = context;
        Settings = manifest.Settings;
        Parts = manifest.Parts;
    }

    public ScoringSettings Settings { get; }

    /// <summary>What the archive should have of the transformer.</summary>
    public IReadOnlyList<ModelPart> Parts { get; }

    /// <summary>Writes a transformer.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="version">Names the kind of transformer.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="write">Writes its files through a function that takes the name of each and what writes its content.</param>
    public static void Save(
        ModelSaveContext context, VersionInfo version, ScoringSettings settings, Action<Action<string, Action<Stream>>> write)
    {
        context.CheckAtModel();
        context.SetVersionInfo(version);
        var parts = new List<ModelPart>();
        write((name, content) => parts.Add(SavePart(context, name, content)));
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(new ModelManifest(settings, parts));
        context.Writer.Write(json.Length);
        context.Writer.Write(json);
        context.Writer.Write(SHA256.HashData(json));
    }

    /// <summary>Opens what <see cref="Save"/> wrote; the parts are not read yet.</summary>
    /// <exception cref="FormatException">The archive is of another kind or a newer version, or damaged.</exception>
    public static ModelArchive Open(ModelLoadContext context, VersionInfo version)
    {
        context.CheckAtModel(version);
        return new ModelArchive(context, ReadManifest(context));
    }

    /// <summary>
    /// Reads a part. A large one stays in the temporary file that ML.NET extracted it to; the file has no name any more once ML.NET is done
    /// with the archive, and is gone with the last who reads it.
    /// </summary>
    /// <exception cref="InvalidDataException">It is missing or damaged, or there is no room for the temporary file.</exception>
    public FileContent Read(ModelPart part)
    {
        FileContent? content = null;
        Check(part, stream =>
        {
            content = FileContent.Of(stream);
            return content.Sha256;
        });
        return content!;
    }

    /// <summary>Looks whether a part is what was saved, without keeping it.</summary>
    /// <exception cref="InvalidDataException">It is missing or damaged.</exception>
    public void Check(ModelPart part) => Check(part, stream => Convert.ToHexStringLower(SHA256.HashData(stream)));

    private static ModelPart SavePart(ModelSaveContext context, string name, Action<Stream> write)
    {
        ModelPart? part = null;
        context.SaveBinaryStream(name, writer =>
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

    private static ModelManifest ReadManifest(ModelLoadContext context)
    {
        const string Damaged = "The settings of the saved LOREAL model are damaged; save the model again.";
        try
        {
            int length = context.Reader.ReadInt32();
            byte[] manifest = length is > 0 and <= MaxManifestBytes ? context.Reader.ReadBytes(length) : [];
            byte[] hash = context.Reader.ReadBytes(SHA256.HashSizeInBytes);
            return manifest.Length > 0
                && hash.AsSpan().SequenceEqual(SHA256.HashData(manifest))
                && JsonSerializer.Deserialize<ModelManifest>(manifest) is { IsUsable: true } usable
                ? usable
                : throw new FormatException(Damaged);
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            throw new FormatException(Damaged, exception);
        }
    }

    private void Check(ModelPart part, Func<Stream, string> hash)
    {
        bool found;
        bool asSaved = false;
        try
        {
            found = _context.TryLoadBinaryStream(part.Name, reader => asSaved =
                reader.BaseStream.Length == part.Length && hash(reader.BaseStream) == part.Sha256);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException(
                $"The part '{part.Name}' of the saved LOREAL model cannot be read: {exception.Message}", exception);
        }
        catch (IOException exception)
        {
            throw new InvalidDataException(
                $"The part '{part.Name}' of the saved LOREAL model cannot be read: {exception.Message} ML.NET extracts its {part.Length} "
                + $"bytes to the temporary folder '{HostEnvironments.TemporaryFolder(_context.Repository.ExceptionContext)}' (the "
                + "MLContext's TempFilePath), which needs room for them.",
                exception);
        }

        if (!found)
        {
            throw new InvalidDataException($"The saved LOREAL model has no part '{part.Name}'; the archive is incomplete.");
        }

        if (!asSaved)
        {
            throw new InvalidDataException(
                $"The part '{part.Name}' of the saved LOREAL model is damaged: its length or its SHA-256 is not what was saved.");
        }
    }
}
