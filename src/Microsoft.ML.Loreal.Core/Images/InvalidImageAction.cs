namespace Microsoft.ML.Loreal;

/// <summary>What happens to a row whose image is corrupt, truncated, empty or too large.</summary>
public enum InvalidImageAction
{
    /// <summary>An exception that names the image and the row.</summary>
    Throw,

    /// <summary>Training leaves the row out with a warning; scoring gives NaN scores and a missing predicted label.</summary>
    Skip,
}
