namespace Microsoft.ML.Loreal.Clip;

/// <summary>The image sides that a backbone can work at.</summary>
internal static class Resolutions
{
    private const int DefaultPatches = 9;

    /// <summary>phi: the given low resolution after a check, or the default one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// It is not a multiple of the patch between one patch and the standard resolution.
    /// </exception>
    public static int Low(LorealTrainer.Options options, ClipConfig config) => options.LowResolution is { } low
        ? Check(low, config, nameof(LorealTrainer.Options.LowResolution))
        : Math.Min(DefaultPatches * config.PatchSize, config.ImageResolution);

    /// <summary>The side at which a method without attributes is trained.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// It is not a multiple of the patch between one patch and the standard resolution.
    /// </exception>
    public static int Train(LorealTrainer.Options options, ClipConfig config) => options.TrainResolution is { } train
        ? Check(train, config, nameof(LorealTrainer.Options.TrainResolution))
        : Low(options, config);

    /// <summary>A side after a check.</summary>
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
            name, side, $"The side must be a multiple of the backbone's patch of {patch} pixels, at most its standard resolution of {standard}; the nearest is {nearest}.");
    }
}
