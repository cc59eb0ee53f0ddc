using Microsoft.ML.Loreal.Clip;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>
/// Learned tokens of the image tower (deep visual prompt tuning): the first ones are appended to the image's own before the first layer
/// normalization; before each later block, as deep as they go, others take their place. The state has the published names.
/// </summary>
internal sealed class ImagePrompts : IDisposable
{
    private readonly VisionTransformer _tower;
    private readonly Parameter[] _tokens; // [n, D] each, for the blocks 0, 1, ..

    /// <summary>Makes prompts with normal starting values.</summary>
    /// <param name="model">The frozen CLIP whose image tower they are for.</param>
    /// <param name="count">n, the tokens of a block.</param>
    /// <param name="depth">The blocks that have their own.</param>
    /// <param name="random">The source of the starting values.</param>
    public ImagePrompts(ClipModel model, int count, int depth, Random random)
    {
        _tower = model.Visual;
        _tokens = [.. Enumerable.Range(0, depth)
            .Select(_ => LearnedParameter.Noise(random, model.Device, count, model.Config.VisionWidth))];
    }

    /// <summary>The parameters that training changes.</summary>
    public IReadOnlyList<Parameter> Parameters => _tokens;

    /// <summary>The named tensors that make up the trained state.</summary>
    public IEnumerable<(string Name, Tensor Value)> State =>
        _tokens.Select((tokens, layer) =>
            (layer == 0 ? "image_encoder.VPT" : $"image_encoder.transformer.resblocks.{layer}.VPT_shallow", (Tensor)tokens));

    /// <summary>What they change in the image tower.</summary>
    public TowerEdits Edits() => TowerEdits.Insert(0, ^0, [_tower.LnPre.Forward(_tokens[0]), .. _tokens[1..]]);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Parameter tokens in _tokens)
        {
            tokens.Dispose();
        }
    }
}
