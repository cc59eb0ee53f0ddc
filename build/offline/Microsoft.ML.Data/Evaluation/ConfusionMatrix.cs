using System.Collections.Immutable;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

public sealed class ConfusionMatrix
{
    private readonly string[] _classNames;
    private readonly Lazy<string> _table;

    /// <summary>The rows of the counts are the true classes, the columns the predicted ones.</summary>
    internal ConfusionMatrix(double[][] counts, string[] classNames)
    {
        _classNames = classNames;
        NumberOfClasses = counts.Length;
        Counts = [.. counts.Select(static row => (IReadOnlyList<double>)[.. row])];
        var classes = Enumerable.Range(0, counts.Length);
        PerClassRecall = classes.Select(index => Share(counts[index][index], counts[index].Sum())).ToImmutableArray();
        PerClassPrecision = classes.Select(index => Share(counts[index][index], counts.Sum(row => row[index]))).ToImmutableArray();
        _table = new Lazy<string>(() => ConfusionTable.Format(this, _classNames));
    }

    public IReadOnlyList<double> PerClassPrecision { get; }

    public IReadOnlyList<double> PerClassRecall { get; }

    public IReadOnlyList<IReadOnlyList<double>> Counts { get; }

    public int NumberOfClasses { get; }

    public string GetFormattedConfusionTable() => _table.Value;

    public double GetCountForClassPair(int predictedClassIndicatorIndex, int actualClassIndicatorIndex)
    {
        CheckIndex(predictedClassIndicatorIndex, nameof(predictedClassIndicatorIndex));
        CheckIndex(actualClassIndicatorIndex, nameof(actualClassIndicatorIndex));
        return Counts[actualClassIndicatorIndex][predictedClassIndicatorIndex];
    }

    private static double Share(double part, double whole) => whole > 0 ? part / whole : 0;

    private void CheckIndex(int index, string name)
        => Contracts.CheckParam(index >= 0 && index < NumberOfClasses, name, "Invalid index. Should be non-negative, less than the number of classes.");
}
