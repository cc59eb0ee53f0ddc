namespace Microsoft.ML.Loreal.Images;

/// <summary>
/// Errors of the libraries that decode, and not of an image. <see cref="InvalidImageAction.Skip"/> must not hide them.
/// </summary>
internal static class DecoderLibraries
{
    /// <summary>Whether one is missing, does not load, or is another version than the one that the program was built against.</summary>
    public static bool AreAtFault(Exception exception) =>
        exception is TypeInitializationException or TypeLoadException or MissingMemberException
            or BadImageFormatException or FileLoadException;

    /// <summary>What the user gets for it.</summary>
    public static InvalidOperationException Error(Exception exception) => new(
        $"Images cannot be decoded in this program: {exception.GetBaseException().Message} "
        + "If it references them itself, SkiaSharp and SkiaSharp.NativeAssets.* must have one version, and SixLabors.ImageSharp must be "
        + "2.1. ML.NET's MLImage is built on SkiaSharp 2.88 and its pixels cannot be read with 3 and later: give paths or encoded bytes "
        + "there.",
        exception);
}
