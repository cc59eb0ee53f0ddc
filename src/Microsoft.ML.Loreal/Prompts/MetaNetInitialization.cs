namespace Microsoft.ML.Loreal;

/// <summary>How the last layer of the attribute meta-nets starts.</summary>
public enum MetaNetInitialization
{
    /// <summary>PyTorch's default for linear layers, as published.</summary>
    Default,

    /// <summary>Zero, so that the attribute slots start empty. Use it with <see cref="PromptOptimizer.Adam"/>.</summary>
    Zero,
}
