namespace Microsoft.ML.Loreal.Clip;

/// <summary>The image sides that a backbone can work at.</summary>
internal static class Resolutions
{
    /// <summary>A side in pixels after a check.</summary>
    /// <param name="side">The side.</param>
    /// <param name="config">The backbone's sizes.</param>
    /// <param name="name">What the side is called in the message.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// It is not a multiple of the patch between one patch and the standard resolution.
    /// </exception>
    public static int Check(int side, ClipConfig config, string name)
    {
        (int patch, int standard) = (config.PatchSize, config.ImageResolution);
        if (side >= patch && side <= standard && side % patch == 0)
        {
            return side;
        }

        int below = Math.Clamp(side / patch * patch, patch, standard);
        int above = Math.Clamp(below + patch, patch, standard);
        string nearest = below == above || side < patch ? $"{below}" : $"{below} or {above}";
        throw new ArgumentOutOfRangeException(
            name,
            side,
            $"{name} is {side}; it must be a multiple of the backbone's patch of {patch} pixels, "
            + $"at most its standard resolution of {standard}; the nearest is {nearest}.");
    }
}
