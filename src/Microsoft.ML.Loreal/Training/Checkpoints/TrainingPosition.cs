using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training.Progress;

namespace Microsoft.ML.Loreal.Training.Checkpoints;

/// <summary>
/// How far a training is. Everything random is drawn for a named place (<see cref="Seeds"/>), so nothing else has to be remembered of it.
/// </summary>
/// <param name="Stage">The stage.</param>
/// <param name="Epoch">The epochs of the stage that are complete.</param>
/// <param name="Step">The steps of the next epoch that are done.</param>
/// <param name="Sums">The sums of those steps; null where there are none.</param>
/// <param name="Best">The best metric so far, with early stopping.</param>
/// <param name="Waited">The epochs since then.</param>
/// <param name="Done">Whether the stage is complete.</param>
internal sealed record TrainingPosition(
    int Stage, int Epoch, int Step = 0, EpochSums? Sums = null, double? Best = null, int Waited = 0, bool Done = false)
{
    /// <summary>The position in words.</summary>
    public override string ToString() => (Done, Step) switch
    {
        (true, _) => $"the end of stage {Stage}",
        (_, 0) => $"stage {Stage} after epoch {Epoch}",
        _ => $"stage {Stage}, epoch {Epoch + 1} after step {Step}",
    };
}
