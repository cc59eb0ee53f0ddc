using Microsoft.ML.Loreal.Training.Checkpoints;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training;

/// <summary>What only a call of <c>Fit</c> knows.</summary>
/// <param name="Seed">The seed of everything random.</param>
/// <param name="Device">Where to compute.</param>
/// <param name="OnEpoch">Told after every epoch, on the calling thread.</param>
/// <param name="Cancel">Looked at before every step and every image.</param>
/// <param name="Checkpoints">Where the training goes on from and writes to; null for neither.</param>
internal sealed record TrainingContext(
    int Seed,
    Device Device,
    Action<TrainingMetrics>? OnEpoch = null,
    CancellationToken Cancel = default,
    TrainingCheckpoints? Checkpoints = null);
