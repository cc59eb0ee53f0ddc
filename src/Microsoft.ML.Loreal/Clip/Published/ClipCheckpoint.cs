using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>The weights of a CLIP model in safetensors files, with openai's or Hugging Face's names.</summary>
internal sealed class ClipCheckpoint : IDisposable
{
    private const int MaxListed = 20;

    private readonly SafetensorsFile[] _files;

    // The names are those in the files without the prefix that they share.
    private readonly Dictionary<string, (SafetensorsFile File, string Name)> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClipWeight> _weights = new(StringComparer.Ordinal);

    private ClipCheckpoint(SafetensorsFile[] files, string description)
    {
        _files = files;
        Description = description;
        string prefix = ClipWeightNames.SharedPrefix([.. files.SelectMany(file => file.Tensors.Keys)]);
        foreach (SafetensorsFile file in files)
        {
            foreach (string name in file.Tensors.Keys)
            {
                _tensors[name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name] = (file, name);
            }
        }

        OtherModels.CheckWeights(_tensors.Keys, description);
        IsHuggingFace = ClipWeightNames.IsHuggingFace(_tensors.Keys);
    }

    /// <summary>Names the weights in messages.</summary>
    public string Description { get; }

    public bool IsHuggingFace { get; }

    /// <summary>Whether the weights are openai's own: the buffers of its archives are among them, which other programs leave out.</summary>
    public bool IsOpenAI => ClipWeightNames.OpenAIBuffers.All(_tensors.ContainsKey);

    public IReadOnlyDictionary<string, long[]> Shapes =>
        _tensors.ToDictionary(pair => pair.Key, pair => Entry(pair.Key).Shape, StringComparer.Ordinal);

    /// <summary>Opens a checkpoint and checks the files' layout, but not yet against a model.</summary>
    public static ClipCheckpoint Open(IBackboneFiles files, WeightFiles weights)
    {
        var opened = new List<SafetensorsFile>();
        try
        {
            foreach (string name in weights.Names)
            {
                opened.Add(Open(files.Open(name), BackboneContents.Describe(files, name)));
                CheckPlaces(weights, name, opened[^1], files);
            }

            return new ClipCheckpoint([.. opened], BackboneContents.Describe(files, weights.Index ?? weights.Names[0]));
        }
        catch
        {
            opened.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <summary>Compares names, types and shapes with what a model of these sizes needs.</summary>
    /// <exception cref="InvalidDataException">
    /// Something is missing, too much, or of another shape or type; the message lists it.
    /// </exception>
    public void Check(ClipConfig config)
    {
        if ((long)config.VisionLayers + config.TextLayers > _tensors.Count)
        {
            throw new InvalidDataException(
                $"{Description} does not fit the CLIP model that its configuration describes: {config.VisionLayers} vision and "
                + $"{config.TextLayers} text layers need more than its {_tensors.Count} tensors.");
        }

        var problems = new List<string>();
        var unused = _tensors.Keys.Where(name => !ClipWeightNames.IsIgnored(name)).ToHashSet(StringComparer.Ordinal);
        foreach (ClipWeight weight in IsHuggingFace ? ClipWeightNames.HuggingFace(config) : ClipWeightNames.OpenAI(config))
        {
            _weights[weight.Name] = weight;
            foreach (string source in weight.Sources)
            {
                unused.Remove(source);
                if (!_tensors.ContainsKey(source))
                {
                    problems.Add($"missing: {source} [{string.Join(", ", weight.SourceShape)}]");
                    continue;
                }

                SafetensorsEntry entry = Entry(source);
                if (!HasShape(entry, weight.SourceShape))
                {
                    problems.Add(
                        $"wrong shape: {source} [{string.Join(", ", entry.Shape)}], expected [{string.Join(", ", weight.SourceShape)}]");
                }
                else if (entry.Type is not (SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F32 or SafetensorsType.F64))
                {
                    problems.Add(
                        $"wrong type: {source} {SafetensorsEntry.TypeName(entry.Type)}, expected F16, BF16, F32 or F64{Quantized(entry)}");
                }
            }
        }

        problems.AddRange(unused.Order(StringComparer.Ordinal).Select(name => $"extra: {name}"));
        if (problems.Count > 0)
        {
            string rest = problems.Count > MaxListed ? $" ... and {problems.Count - MaxListed} more." : string.Empty;
            throw new InvalidDataException(
                $"{Description} does not fit the CLIP model that its configuration describes. "
                + $"{string.Join("; ", problems.Take(MaxListed))}.{rest}");
        }
    }

    /// <summary>Reads a tensor by openai's name, in single precision. The checkpoint must have been checked.</summary>
    /// <exception cref="InvalidDataException">The tensor holds values that are infinite or not a number.</exception>
    public Tensor Load(string name)
    {
        ClipWeight weight = _weights[name];
        using DisposeScope scope = NewDisposeScope();
        Tensor[] sources = Array.ConvertAll(weight.Sources, Read);
        Tensor whole = sources.Length == 1 ? sources[0] : cat(sources, dim: 0);
        // A scalar may be stored as one element: [1] -> [].
        Tensor shaped = weight.Transposed ? whole.transpose(0, 1).contiguous() : whole.reshape(weight.Shape);
        return shaped.MoveToOuterDisposeScope();
    }

    public void Dispose() => Array.ForEach(_files, file => file.Dispose());

    private static SafetensorsFile Open(Stream stream, string description)
    {
        if (stream.CanSeek)
        {
            DamagedDownload.Check(stream, description);
        }

        return SafetensorsFile.Read(stream, description);
    }

    /// <summary>A shard must hold the tensors that the index says, and no others.</summary>
    private static void CheckPlaces(WeightFiles weights, string name, SafetensorsFile file, IBackboneFiles files)
    {
        if (weights.Places is not { } places)
        {
            return;
        }

        string[] wrong =
        [
            .. places.Where(place => place.Value == name && !file.Tensors.ContainsKey(place.Key)).Select(place => "missing: " + place.Key),
            .. file.Tensors.Keys.Where(tensor => !places.TryGetValue(tensor, out string? place) || place != name)
                .Select(tensor => "extra: " + tensor),
        ];
        if (wrong.Length > 0)
        {
            throw new InvalidDataException(
                $"{BackboneContents.Describe(files, name)} does not hold the tensors that {weights.Index} says. "
                + $"{string.Join("; ", wrong.Take(MaxListed))}. Get the shards and their index from one place.");
        }
    }

    private Tensor Read(string name) => _tensors[name].File.ReadWeights(_tensors[name].Name);

    private SafetensorsEntry Entry(string name) => _tensors[name].File.Entry(_tensors[name].Name);

    private static string Quantized(SafetensorsEntry entry) => entry.Type is SafetensorsType.I8 or SafetensorsType.U8
        ? " (the weights are quantized to 8 bits; use the original ones)"
        : string.Empty;

    private static bool HasShape(SafetensorsEntry entry, long[] shape) =>
        entry.Shape.AsSpan().SequenceEqual(shape) || (shape.Length == 0 && entry.Shape is [1]);
}
