namespace Microsoft.ML.Loreal.Samples.QuickStart;

/// <summary>The user's own pictures: a folder per class, or a CSV file of path,label with an optional third column train/test.</summary>
internal static class UserImages
{
    private static readonly string[] _extensions = [".jpg", ".jpeg", ".png", ".webp"];

    public static BaseToNewSplit Load(string path, int shots, int seed)
    {
        if (Directory.Exists(path))
        {
            return FromFolders(path, shots, seed);
        }

        if (File.Exists(path))
        {
            return FromCsv(path, shots, seed);
        }

        throw new FileNotFoundException($"'{path}' is neither a folder with one folder per class nor a CSV file of path,label.", path);
    }

    private static BaseToNewSplit FromFolders(string folder, int shots, int seed)
    {
        var images = Directory.EnumerateDirectories(folder)
            .SelectMany(Directory.EnumerateFiles)
            .Where(file => _extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))
            .Order(StringComparer.Ordinal)
            .Select(file => new LabeledImage { ImagePath = file, Label = ClassName(Path.GetFileName(Path.GetDirectoryName(file)!)) })
            .ToList();
        return SplitAtRandom(images, shots, seed);
    }

    private static BaseToNewSplit FromCsv(string file, int shots, int seed)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var rows = File.ReadLines(file)
            .Select(line => line.Split(','))
            .Where(fields => fields.Length >= 2 && _extensions.Contains(Path.GetExtension(fields[0]).ToLowerInvariant()))
            .Select(fields => (
                Image: new LabeledImage { ImagePath = Path.Combine(folder, fields[0]), Label = ClassName(fields[1]) },
                Split: fields.Length > 2 ? fields[2].Trim() : ""))
            .ToList();
        return rows.Any(row => row.Split == "test")
            ? BaseToNewSplit.Of(
                rows.Where(row => row.Split is "train").Select(row => row.Image),
                rows.Where(row => row.Split is "test").Select(row => row.Image),
                shots,
                seed)
            : SplitAtRandom(rows.Select(row => row.Image).ToList(), shots, seed);
    }

    // Without a given split half of each class, but no more than the shots, is there to train on.
    private static BaseToNewSplit SplitAtRandom(IReadOnlyList<LabeledImage> images, int shots, int seed)
    {
        var random = new Random(seed);
        var train = new List<LabeledImage>();
        var test = new List<LabeledImage>();
        foreach (IGrouping<string, LabeledImage> group in images.GroupBy(image => image.Label, StringComparer.Ordinal))
        {
            var shuffled = group.OrderBy(_ => random.Next()).ToList();
            int few = Math.Min(shots, shuffled.Count / 2);
            train.AddRange(shuffled[..few]);
            test.AddRange(shuffled[few..]);
        }

        return BaseToNewSplit.Of(train, test, shots, seed);
    }

    private static string ClassName(string name) => name.Trim().Replace('_', ' ');
}
