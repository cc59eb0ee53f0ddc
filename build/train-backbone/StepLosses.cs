using System.Globalization;

namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>The parts of the loss at one step.</summary>
internal readonly record struct StepLosses(double Contrastive, double Prompts, double Tokens, double Whole)
{
    /// <summary>A running mean that remembers about 50 steps.</summary>
    internal StepLosses Follow(StepLosses next) => new(
        (0.98 * Contrastive) + (0.02 * next.Contrastive), (0.98 * Prompts) + (0.02 * next.Prompts),
        (0.98 * Tokens) + (0.02 * next.Tokens), (0.98 * Whole) + (0.02 * next.Whole));

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"losses: captions {Contrastive:F2}, prompts {Prompts:F2}, tokens {Tokens:F2}, whole {Whole:F2}");
}
