namespace Microsoft.ML.Loreal.Samples.QuickStart;

/// <summary>
/// The base-to-new protocol: classes sorted by name, the first half base, the second half new; some shots of each base class to train on.
/// </summary>
internal sealed record BaseToNewSplit(
    IReadOnlyList<string> BaseClasses,
    IReadOnlyList<string> NewClasses,
    IReadOnlyList<LabeledImage> Train,
    IReadOnlyList<LabeledImage> BaseTest,
    IReadOnlyList<LabeledImage> NewTest)
{
    public static BaseToNewSplit Of(IEnumerable<LabeledImage> train, IEnumerable<LabeledImage> test, int shots, int seed)
    {
        ILookup<string, LabeledImage> trainByClass = train.ToLookup(image => image.Label, StringComparer.Ordinal);
        ILookup<string, LabeledImage> testByClass = test.ToLookup(image => image.Label, StringComparer.Ordinal);
        var classes = trainByClass.Select(group => group.Key)
            .Where(testByClass.Contains)
            .Order(StringComparer.Ordinal)
            .ToList();
        if (classes.Count < 4)
        {
            throw new InvalidDataException(
                $"Base-to-new needs at least 4 classes with images to train on and to test on; found {classes.Count}.");
        }

        int half = (classes.Count + 1) / 2;
        List<string> baseClasses = classes[..half];
        List<string> newClasses = classes[half..];
        var random = new Random(seed);
        var few = baseClasses
            .SelectMany(name => trainByClass[name].OrderBy(_ => random.Next()).Take(shots).ToList())
            .ToList();
        return new BaseToNewSplit(
            baseClasses,
            newClasses,
            few,
            baseClasses.SelectMany(name => testByClass[name]).ToList(),
            newClasses.SelectMany(name => testByClass[name]).ToList());
    }
}
