namespace Microsoft.ML.Loreal.Images;

/// <summary>What becomes of a picture's shape when it is resized.</summary>
internal enum ResizeMode
{
    /// <summary>The shorter side gets the wanted length and the ratio stays: CLIP's.</summary>
    Shortest,

    /// <summary>The longer side gets the wanted length and the ratio stays; what is missing is filled with a color.</summary>
    Longest,

    /// <summary>Both sides get the wanted length.</summary>
    Squash,
}
