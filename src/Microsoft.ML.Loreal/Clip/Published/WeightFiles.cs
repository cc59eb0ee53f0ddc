using System.Text.Json;

namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>The safetensors files that hold a backbone's weights: one, or the shards that an index lists.</summary>
internal sealed class WeightFiles
{
    public const string Standard = "model.safetensors";
    public const string OpenClip = "open_clip_model.safetensors";

    private const string Extension = ".safetensors";
    private const string IndexSuffix = ".index.json";

    private WeightFiles(IReadOnlyList<string> names)
    {
        Names = names;
    }

    private WeightFiles(string index, IReadOnlyDictionary<string, string> places)
    {
        Index = index;
        Places = places;
        Names = [.. places.Values.Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>The files that may list shards.</summary>
    public static IReadOnlyList<string> IndexNames { get; } = [Standard + IndexSuffix, OpenClip + IndexSuffix];

    /// <summary>The safetensors files in the order of their names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>These and the index.</summary>
    public IEnumerable<string> AllNames => Index is null ? Names : [Index, .. Names];

    /// <summary>The file that lists the shards, null for a single file.</summary>
    public string? Index { get; }

    /// <summary>The shard of each tensor, null for a single file.</summary>
    public IReadOnlyDictionary<string, string>? Places { get; }

    /// <summary>
    /// The weights among some files: under the names that transformers and open_clip give them, otherwise the only safetensors file; null
    /// where there is none.
    /// </summary>
    /// <exception cref="FileNotFoundException">A shard is missing, or the index of shards.</exception>
    /// <exception cref="InvalidDataException">The index is damaged, or several files could be meant.</exception>
    public static WeightFiles? Find(IBackboneFiles files, bool preferOpenClip)
    {
        foreach (string name in preferOpenClip ? [OpenClip, Standard] : new[] { Standard, OpenClip })
        {
            if (files.Exists(name))
            {
                return new WeightFiles([name]);
            }

            if (files.Exists(name + IndexSuffix))
            {
                return ReadIndex(files, name + IndexSuffix);
            }
        }

        string[] others = [.. files.Names.Where(IsWeights).Order(StringComparer.Ordinal)];
        if (others.FirstOrDefault(name => name.Contains("-of-", StringComparison.Ordinal)) is { } shard)
        {
            throw new FileNotFoundException(
                $"{BackboneContents.Describe(files, shard)} is one shard of a model's weights; the index that lists all of them, "
                + $"{Standard + IndexSuffix}, is missing. Get it from where the shards came from.",
                Standard + IndexSuffix);
        }

        return others.Length switch
        {
            0 => null,
            1 => new WeightFiles(others),
            _ => throw new InvalidDataException(
                $"There are several safetensors files in {files.Description}, and none is named {Standard}: "
                + $"{string.Join(", ", others)}. Give the CLIP model's that name."),
        };
    }

    /// <summary>Whether a file is neither an adapter nor one of the hidden files that some systems put beside each file.</summary>
    public static bool IsWeights(string name) =>
        name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)
        && !name.StartsWith("adapter_", StringComparison.Ordinal)
        && !name.StartsWith('.');

    private static WeightFiles ReadIndex(IBackboneFiles files, string index)
    {
        var weights = new WeightFiles(index, BackboneJson.Read(files, index, ReadPlaces));
        string[] missing = [.. weights.Names.Where(name => !files.Exists(name))];
        return missing.Length == 0 ? weights
            : throw new FileNotFoundException(
                $"{BackboneContents.Describe(files, index)} lists shards that are not there: {string.Join(", ", missing)}. Get them from "
                + "where the others came from.",
                missing[0]);
    }

    private static Dictionary<string, string> ReadPlaces(JsonElement root, string description)
    {
        if (!root.TryGetProperty("weight_map", out JsonElement map) || map.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException($"{description} is no index of shards: it needs the object weight_map.");
        }

        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty tensor in map.EnumerateObject())
        {
            string? shard = tensor.Value.ValueKind == JsonValueKind.String ? tensor.Value.GetString() : null;
            // A name with a folder in it could lead out of the backbone's own folder.
            if (shard is null
                || shard.AsSpan().ContainsAny('/', '\\', ':')
                || !shard.EndsWith(Extension, StringComparison.Ordinal)
                || !places.TryAdd(tensor.Name, shard))
            {
                throw new InvalidDataException(
                    $"{description}: the weight_map gives '{tensor.Name}' the file {tensor.Value.GetRawText()}; expected each tensor once, "
                    + $"with the name of a {Extension} file beside the index.");
            }
        }

        return places.Count > 0 ? places
            : throw new InvalidDataException($"{description} is no index of shards: its weight_map is empty.");
    }
}
