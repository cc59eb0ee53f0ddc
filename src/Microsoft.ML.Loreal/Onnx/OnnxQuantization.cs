namespace Microsoft.ML.Loreal;

/// <summary>In what an exported model computes the products of its towers.</summary>
public enum OnnxQuantization
{
    /// <summary>In single precision.</summary>
    None,

    /// <summary>
    /// In whole numbers of 8 bits, with a scale for each column of the weights and for each token of a picture: a quarter of the size,
    /// and faster.
    /// </summary>
    Int8,
}
