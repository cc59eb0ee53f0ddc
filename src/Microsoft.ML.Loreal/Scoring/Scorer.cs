using System.Runtime.InteropServices;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Tensors;
using TorchSharp;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>Scores with libtorch: a trained model with the settings that it is used with.</summary>
/// <param name="model">The model, which it takes over.</param>
/// <param name="settings">The columns, and how images are read.</param>
internal sealed class Scorer(ScoredModel model, ScoringSettings settings) : IScorer, IDisposable
{
    // Two threads inside the tensor library at once would each start as many workers as there are processors.
    private readonly Lock _computing = new();

    /// <summary>The model.</summary>
    public ScoredModel Model { get; } = model;

    /// <inheritdoc/>
    public ScoringSettings Settings { get; set; } = settings;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; } = [.. model.ClassNames];

    /// <inheritdoc/>
    public int Resolution => Model.Resolution;

    /// <inheritdoc/>
    public ImageProcessor ImageProcessor => Model.Backbone.ImageProcessor;

    /// <inheritdoc/>
    public int FeatureLength => Model.FeatureLength;

    /// <summary>Where the model computes.</summary>
    public torch.Device Device => Model.Device;

    /// <inheritdoc/>
    public IScorerInput CreateInput(int capacity) => new Input(this, capacity);

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    private void Score(torch.Tensor pixels, Span<float> probabilities, Span<float> features)
    {
        lock (_computing)
        {
            Model.Score(pixels, probabilities, features);
        }
    }

    private sealed class Input(Scorer scorer, int capacity) : IScorerInput
    {
        // [capacity, 3, phi, phi] float32
        private readonly torch.Tensor _pixels =
            DeviceTransfer.Memory(scorer.Device, capacity, 3, scorer.Resolution, scorer.Resolution).DetachFromDisposeScope();

        /// <inheritdoc/>
        public void Fill(int slot, RgbImage image) => scorer.ImageProcessor.Evaluate(image, scorer.Resolution, Values(slot));

        /// <inheritdoc/>
        public void Clear(int slot) => Values(slot).Clear();

        /// <inheritdoc/>
        public void Score(int count, Span<float> probabilities, Span<float> features)
        {
            using torch.Tensor pixels = _pixels.narrow(0, 0, count);
            scorer.Score(pixels, probabilities, features);
        }

        /// <inheritdoc/>
        public void Dispose() => _pixels.Dispose();

        /// <summary>The 3 x phi x phi numbers of one picture, channels first.</summary>
        private Span<float> Values(int slot)
        {
            int length = 3 * scorer.Resolution * scorer.Resolution;
            return MemoryMarshal.Cast<byte, float>(_pixels.bytes).Slice(slot * length, length);
        }
    }
}
