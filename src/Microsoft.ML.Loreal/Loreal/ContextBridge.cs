namespace Microsoft.ML.Loreal;

/// <summary>Which student's prompts are conditioned on which student's image features during distillation.</summary>
public enum ContextBridge
{
    /// <summary>Each student sees its own features (with an optional mix, and the crossing as the BPD term): the published code.</summary>
    Aligned,

    /// <summary>The standard-resolution student sees low-resolution features and the other way round: the paper's description.</summary>
    Crossed,
}
