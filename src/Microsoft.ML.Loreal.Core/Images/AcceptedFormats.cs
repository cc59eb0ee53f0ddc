namespace Microsoft.ML.Loreal.Images;

/// <summary>Whether a set of formats can be asked for.</summary>
internal static class AcceptedFormats
{
    /// <summary>Throws where no known format is accepted, or an unknown one is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is so.</exception>
    public static void Check(ImageFormats formats)
    {
        if (!AreUsable(formats))
        {
            throw new ArgumentOutOfRangeException(
                nameof(ImageFormats),
                formats,
                $"{nameof(ImageFormats)} is {formats}; it must be one or more of {string.Join(", ", Enum.GetNames<ImageFormats>())}.");
        }
    }

    /// <summary>Whether there is a format, and no unknown one.</summary>
    public static bool AreUsable(ImageFormats formats) => formats != 0 && (formats & ~ImageFormats.All) == 0;
}
