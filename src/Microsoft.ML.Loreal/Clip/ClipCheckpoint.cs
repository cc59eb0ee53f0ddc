using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>The weights of a CLIP model in a safetensors file, with openai's or Hugging Face's names.</summary>
internal sealed class ClipCheckpoint : IDisposable
{
    private const int MaxListed = 20;

    private readonly SafetensorsFile _file;
    private readonly string _description;
    private readonly Dictionary<string, ClipWeight> _weights = new(StringComparer.Ordinal);

    private ClipCheckpoint(SafetensorsFile file, string description)
    {
        _file = file;
        _description = description;
        IsHuggingFace = ClipWeightNames.IsHuggingFace(file.Tensors.Keys);
    }

    public bool IsHuggingFace { get; }

    public IReadOnlyDictionary<string, long[]> Shapes =>
        _file.Tensors.ToDictionary(pair => pair.Key, pair => pair.Value.Shape, StringComparer.Ordinal);

    /// <summary>Opens a checkpoint and checks the file's layout, but not yet against a model.</summary>
    public static ClipCheckpoint Open(Stream stream, string description) => new(SafetensorsFile.Read(stream, description), description);

    /// <summary>Compares names, types and shapes with what a model of these sizes needs.</summary>
    /// <exception cref="InvalidDataException">
    /// Something is missing, too much, or of another shape or type; the message lists it.
    /// </exception>
    public void Check(ClipConfig config)
    {
        if ((long)config.VisionLayers + config.TextLayers > _file.Tensors.Count)
        {
            throw new InvalidDataException(
                $"{_description} does not fit the CLIP model that its configuration describes: {config.VisionLayers} vision and "
                + $"{config.TextLayers} text layers need more than its {_file.Tensors.Count} tensors.");
        }

        var problems = new List<string>();
        var unused = _file.Tensors.Keys.Where(name => !ClipWeightNames.IsIgnored(name)).ToHashSet(StringComparer.Ordinal);
        foreach (ClipWeight weight in IsHuggingFace ? ClipWeightNames.HuggingFace(config) : ClipWeightNames.OpenAI(config))
        {
            _weights[weight.Name] = weight;
            foreach (string source in weight.Sources)
            {
                unused.Remove(source);
                if (!_file.Tensors.TryGetValue(source, out SafetensorsEntry? entry))
                {
                    problems.Add($"missing: {source} [{string.Join(", ", weight.SourceShape)}]");
                }
                else if (!HasShape(entry, weight.SourceShape))
                {
                    problems.Add(
                        $"wrong shape: {source} [{string.Join(", ", entry.Shape)}], expected [{string.Join(", ", weight.SourceShape)}]");
                }
                else if (entry.Type is not (SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F32 or SafetensorsType.F64))
                {
                    problems.Add($"wrong type: {source} {SafetensorsEntry.TypeName(entry.Type)}, expected F16, BF16, F32 or F64");
                }
            }
        }

        problems.AddRange(unused.Order(StringComparer.Ordinal).Select(name => $"extra: {name}"));
        if (problems.Count > 0)
        {
            string rest = problems.Count > MaxListed ? $" ... and {problems.Count - MaxListed} more." : string.Empty;
            throw new InvalidDataException(
                $"{_description} does not fit the CLIP model that its configuration describes. "
                + $"{string.Join("; ", problems.Take(MaxListed))}.{rest}");
        }
    }

    /// <summary>Reads a tensor by openai's name, in single precision. The checkpoint must have been checked.</summary>
    /// <exception cref="InvalidDataException">The tensor holds values that are infinite or not a number.</exception>
    public Tensor Load(string name)
    {
        ClipWeight weight = _weights[name];
        using DisposeScope scope = NewDisposeScope();
        Tensor[] sources = Array.ConvertAll(weight.Sources, _file.ReadWeights);
        Tensor whole = sources.Length == 1 ? sources[0] : cat(sources, dim: 0);
        // A scalar may be stored as one element: [1] -> [].
        Tensor shaped = weight.Transposed ? whole.transpose(0, 1).contiguous() : whole.reshape(weight.Shape);
        return shaped.MoveToOuterDisposeScope();
    }

    public void Dispose() => _file.Dispose();

    private static bool HasShape(SafetensorsEntry entry, long[] shape) =>
        entry.Shape.AsSpan().SequenceEqual(shape) || (shape.Length == 0 && entry.Shape is [1]);
}
