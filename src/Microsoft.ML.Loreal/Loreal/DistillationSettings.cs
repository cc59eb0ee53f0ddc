namespace Microsoft.ML.Loreal.Loreal;

/// <summary>The bridge and the weights of the losses of stage 3, as <see cref="LorealTrainer.Options"/> describes them.</summary>
internal sealed record DistillationSettings(ContextBridge Bridge, double Lambda1, double Lambda2, double BridgeWeight, double Temperature)
{
    /// <summary>The settings that the options name.</summary>
    public static DistillationSettings Of(LorealTrainer.Options options) =>
        new(options.Bridge, options.Lambda1, options.Lambda2, options.BridgeWeight, options.Temperature);
}
