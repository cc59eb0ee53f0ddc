namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>Finds the files of a model in the folders of Hugging Face's download cache.</summary>
internal static class HubFolder
{
    private const string ModelPrefix = "models--";

    /// <summary>The folder itself, or the snapshot of the model that it stands for.</summary>
    /// <exception cref="FileNotFoundException">A file of the snapshot has not been downloaded.</exception>
    /// <exception cref="InvalidDataException">There are several models or snapshots, or refs/main is damaged.</exception>
    public static string Resolve(string folder)
    {
        if (Directory.EnumerateFiles(folder, "*.safetensors").Any())
        {
            return folder;
        }

        if (Directory.Exists(Path.Combine(folder, "hub")))
        {
            return Resolve(Path.Combine(folder, "hub"));
        }

        if (Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) == "snapshots")
        {
            return Snapshot(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))!);
        }

        string[] models = [.. Directory.EnumerateDirectories(folder, ModelPrefix + "*").Order(StringComparer.Ordinal)];
        if (models.Length == 0)
        {
            bool isModel = Directory.Exists(Path.Combine(folder, "snapshots")) && Directory.Exists(Path.Combine(folder, "refs"));
            return isModel || Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)).StartsWith(ModelPrefix, StringComparison.Ordinal)
                ? Snapshot(folder)
                : folder;
        }

        return models.Length == 1 ? Snapshot(models[0])
            : throw new InvalidDataException(
                $"The folder '{folder}' holds several models: {string.Join(", ", models.Select(Path.GetFileName))}. Give the folder of "
                + "one.");
    }

    private static string Snapshot(string model)
    {
        string snapshots = Path.Combine(model, "snapshots");
        string[] names = Directory.Exists(snapshots)
            ? [.. Directory.EnumerateDirectories(snapshots).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]
            : [];
        string main = Path.Combine(model, "refs", "main");
        string? name = File.Exists(main) ? File.ReadAllText(main).Trim() : names.Length == 1 ? names[0] : null;
        if (name is null && names.Length > 1)
        {
            throw new InvalidDataException(
                $"'{model}' has several snapshots and no refs/main that names one: {string.Join(", ", names)}. Give the folder of one.");
        }

        if (name is null || !names.Contains(name))
        {
            throw new FileNotFoundException(
                $"'{model}' has no snapshot{(name is null ? string.Empty : $" '{name}', which its refs/main names")}: its download is not "
                + "finished. Download the model again"
                + (names.Length == 0 ? "." : $", or give the folder of the snapshot {string.Join(" or ", names)}."),
                WeightFiles.Standard);
        }

        string snapshot = Path.Combine(snapshots, name);
        // Files of a snapshot are links to what was downloaded.
        string? broken = Directory.EnumerateFiles(snapshot)
            .Where(file => Path.GetExtension(file) is ".safetensors" or ".json" or ".txt" or ".gz")
            .FirstOrDefault(file => File.ResolveLinkTarget(file, returnFinalTarget: true) is { Exists: false });
        return broken is null ? snapshot
            : throw new FileNotFoundException(
                $"'{broken}' links to a file that is not there: the model's download is not finished. Download the model again.", broken);
    }
}
