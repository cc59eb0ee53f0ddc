using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>
/// MMA's adapter of one layer: s up(relu(shared(relu(down(y))))), with a projection down to width r and up again for each tower and one [r,
/// r] projection common to both.
/// </summary>
internal sealed class MultiModalAdapter : IDisposable
{
    private readonly LearnedLinear _textDown;
    private readonly LearnedLinear _textUp;
    private readonly LearnedLinear _imageDown;
    private readonly LearnedLinear _imageUp;
    private readonly LearnedLinear _shared;
    private readonly float _scale;
    private readonly double _gradientFactor;

    /// <summary>Makes an adapter with He's starting values (normal, variance 2 over the width that comes out; no bias).</summary>
    /// <param name="config">The backbone.</param>
    /// <param name="layer">Its number; layer 0 is before the first block.</param>
    /// <param name="width">r.</param>
    /// <param name="scale">s.</param>
    /// <param name="random">The source of the starting values.</param>
    /// <param name="device">Where the backbone is.</param>
    public MultiModalAdapter(ClipConfig config, int layer, int width, float scale, Random random, Device device)
    {
        _scale = scale;

        // Beside a block, the published code multiplies the gradient by s where it enters the branch and by 1 / s where it leaves: what is
        // before the branch gets the true gradient, and what learns 1 / s of it. The adapter of layer 0 has no such thing.
        _gradientFactor = layer == 0 ? 1 : 1.0 / scale;
        _textDown = Linear($"text_adapter.{layer}.down.0", config.TextWidth, width);
        _textUp = Linear($"text_adapter.{layer}.up", width, config.TextWidth);
        _imageDown = Linear($"visual_adapter.{layer}.down.0", config.VisionWidth, width);
        _imageUp = Linear($"visual_adapter.{layer}.up", width, config.VisionWidth);
        _shared = Linear($"shared_adapter.{layer}.0", width, width);

        LearnedLinear Linear(string name, int from, int to)
        {
            using DisposeScope scope = NewDisposeScope();
            return new LearnedLinear(name, RandomTensors.Normal(random, Math.Sqrt(2.0 / to), device, to, from), zeros([to], device: device));
        }
    }

    /// <summary>The parameters that training changes.</summary>
    public IEnumerable<Parameter> Parameters => Layers.SelectMany(layer => layer.Parameters);

    /// <summary>The named tensors that make up the trained state.</summary>
    public IEnumerable<(string Name, Tensor Value)> State => Layers.SelectMany(layer => layer.State);

    private IReadOnlyList<LearnedLinear> Layers => [_textDown, _textUp, _imageDown, _imageUp, _shared];

    /// <summary>The adapter as the text tower has it.</summary>
    public Adapter Text => new(_textDown.Weights, _shared.Weights, _textUp.Weights, _scale, _gradientFactor);

    /// <summary>The adapter as the image tower has it.</summary>
    public Adapter Image => new(_imageDown.Weights, _shared.Weights, _imageUp.Weights, _scale, _gradientFactor);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (LearnedLinear layer in Layers)
        {
            layer.Dispose();
        }
    }
}
