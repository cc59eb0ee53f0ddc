namespace Microsoft.ML.Loreal;

/// <summary>What early stopping watches.</summary>
public enum EarlyStoppingMetric
{
    /// <summary>The share of validation images that are classified correctly; more is better.</summary>
    Accuracy,

    /// <summary>The mean cross-entropy of the validation images; less is better.</summary>
    Loss,
}
