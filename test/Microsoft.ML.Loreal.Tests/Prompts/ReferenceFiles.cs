using System.Text.Json;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>One part of the reference numbers: a JSON file and the tensors beside it.</summary>
internal sealed class ReferenceFiles
{
    private readonly Dictionary<string, Tensor> _tensors;

    private ReferenceFiles(JsonElement root, Dictionary<string, Tensor> tensors)
    {
        Root = root;
        _tensors = tensors;
    }

    public JsonElement Root { get; }

    /// <summary>Opens NAME.json and NAME.safetensors. The tensors belong to the current dispose scope.</summary>
    public static ReferenceFiles Open(string name) => new(Fixtures.Json($"{name}.json"), Fixtures.Tensors($"{name}.safetensors"));

    /// <summary>
    /// The variants of a part for a data-driven test. A part that is missing gives one row, whose test then reports itself as skipped.
    /// </summary>
    public static IEnumerable<object[]> Variants(string name) => Fixtures.Has(name)
        ? Fixtures.Json(name).GetProperty("variants").EnumerateObject().Select(v => new object[] { v.Name })
        : [["(missing)"]];

    public JsonElement Variant(string name) => Root.GetProperty("variants").GetProperty(name);

    public bool Has(string name) => _tensors.ContainsKey(name);

    public Tensor Tensor(string name) => _tensors[name];
}
