namespace Microsoft.ML.Loreal.Tensors;

/// <summary>What random numbers are drawn for in training.</summary>
internal enum RandomUse
{
    /// <summary>The starting values of the standard-resolution student.</summary>
    StandardStudent,

    /// <summary>The starting values of the student that is scored.</summary>
    ScoredStudent,

    /// <summary>The starting values of the meta-nets.</summary>
    MetaNets,

    /// <summary>The order of the images in an epoch.</summary>
    Order,

    /// <summary>Which cached view of an image an epoch sees.</summary>
    View,

    /// <summary>The crop and flip of a view.</summary>
    Crop,

    /// <summary>Which images are set aside for validation.</summary>
    Validation,
}
