namespace Microsoft.ML.Loreal;

/// <summary>What takes the place of the teacher's probabilities that a region table does not keep (FDBPL's label sparsification).</summary>
public enum LabelSparsification
{
    /// <summary>The kept probabilities stay as they are, and what is missing to 1 is spread evenly over the other classes.</summary>
    MarginalSmoothing,

    /// <summary>The kept probabilities are divided by their sum, and the other classes get 0.</summary>
    MarginalRenorm,
}
