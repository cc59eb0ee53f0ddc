using Microsoft.ML.Loreal.Archive;
using Microsoft.ML.Loreal.Clip.Published;

namespace Microsoft.ML.Loreal.Loading;

/// <summary>The backbones of saved transformers: those with the same files are one, as long as somebody uses it.</summary>
internal static class SavedBackbones
{
    private const string Folder = "Backbone/";

    private static readonly Lock _lock = new();
    private static readonly Dictionary<string, WeakReference<ClipBackbone>> _known = [];

    /// <summary>Writes a backbone's files.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="writePart">Called for each file with the name of its part and with what writes its content.</param>
    public static void Write(ClipBackbone backbone, Action<string, Action<Stream>> writePart)
    {
        foreach (string name in backbone.FileNames)
        {
            writePart(Folder + name, stream =>
            {
                using Stream file = backbone.OpenFile(name);
                file.CopyTo(stream);
            });
        }
    }

    /// <summary>The backbone in an archive.</summary>
    /// <exception cref="InvalidDataException">One of its files is missing or damaged.</exception>
    public static ClipBackbone Read(ModelArchive archive)
    {
        ModelPart[] parts = [.. archive.Parts.Where(part => part.Name.StartsWith(Folder, StringComparison.Ordinal))];
        string key = string.Join(
            '\n', parts.OrderBy(part => part.Name, StringComparer.Ordinal).Select(part => $"{part.Name} {part.Sha256}"));
        if (Find(key) is { } known)
        {
            Array.ForEach(parts, archive.Check);
            return known;
        }

        ClipBackbone backbone = Open(
            new SavedBackboneFiles(parts.ToDictionary(part => part.Name[Folder.Length..], archive.Read)));
        lock (_lock)
        {
            // Somebody else may have read the same meanwhile.
            known = Find(key);
            if (known is not null)
            {
                return known;
            }

            foreach (string unused in _known.Keys.Where(other => !_known[other].TryGetTarget(out _)).ToList())
            {
                _known.Remove(unused);
            }

            _known[key] = new WeakReference<ClipBackbone>(backbone);
            return backbone;
        }
    }

    /// <summary>A saved model without a configuration has QuickGELU.</summary>
    private static ClipBackbone Open(SavedBackboneFiles files) =>
        ClipBackbone.FromFiles(files, BackboneContents.HasConfig(files) ? null : ClipActivation.QuickGelu);

    private static ClipBackbone? Find(string key)
    {
        lock (_lock)
        {
            return _known.TryGetValue(key, out WeakReference<ClipBackbone>? reference) && reference.TryGetTarget(out ClipBackbone? known)
                ? known
                : null;
        }
    }
}
