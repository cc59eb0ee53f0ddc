using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Sessions;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>Scores with ONNX Runtime: an exported model with the settings that it is used with.</summary>
/// <param name="model">The model, which it takes over.</param>
/// <param name="settings">The columns, and how images are read.</param>
internal sealed class OnnxScorer(OnnxModel model, ScoringSettings settings) : IScorer, IDisposable
{
    /// <inheritdoc/>
    public ScoringSettings Settings { get; set; } = settings;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => model.Description.ClassNames;

    /// <inheritdoc/>
    public int FeatureLength => model.FeatureLength;

    /// <inheritdoc/>
    public int Resolution => model.Description.Resolution;

    /// <inheritdoc/>
    public ImageProcessor ImageProcessor => model.ImageProcessor;

    /// <inheritdoc/>
    public IScorerInput CreateInput(int capacity) => new Input(model, capacity);

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private sealed class Input(OnnxModel model, int capacity) : IScorerInput
    {
        // [capacity, phi, phi, 3] uint8
        private readonly byte[] _pixels = new byte[capacity * model.PictureBytes];

        /// <inheritdoc/>
        public void Fill(int slot, RgbImage image) =>
            model.ImageProcessor.EvaluatePixels(image, model.Description.Resolution, Pixels(slot));

        /// <inheritdoc/>
        public void Clear(int slot) => Pixels(slot).Clear();

        /// <inheritdoc/>
        public void Score(int count, Span<float> probabilities, Span<float> features) =>
            model.Score(_pixels, count, probabilities, features);

        /// <inheritdoc/>
        public void Dispose()
        {
            // Managed memory only.
        }

        private Span<byte> Pixels(int slot) => _pixels.AsSpan(slot * model.PictureBytes, model.PictureBytes);
    }
}
