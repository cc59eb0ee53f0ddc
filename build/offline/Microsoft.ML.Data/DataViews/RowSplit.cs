using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Gives each row a number from 0 to 1 by which data is split: random by seed, or a function of a sampling key column.</summary>
internal static class RowSplit
{
    private const int DefaultSeed = 42;

    public static DataOperationsCatalog.TrainTestData TrainTest(
        IHostEnvironment env, IDataView data, double testFraction, string samplingKeyColumnName, int? seed)
        => Split(data, SplitNumber(env, data, samplingKeyColumnName, seed), number => number >= 0 && number < testFraction);

    public static IEnumerable<DataOperationsCatalog.TrainTestData> Folds(
        IHostEnvironment env, IDataView data, int folds, string samplingKeyColumnName, int? seed)
    {
        var split = SplitNumber(env, data, samplingKeyColumnName, seed);
        return Enumerable.Range(0, folds).Select(fold =>
            Split(data, split, number => number >= (double)fold / folds && number <= (double)(fold + 1) / folds));
    }

    private static DataOperationsCatalog.TrainTestData Split(IDataView data, Numbering numbering, Func<double, bool> isTest)
        => new(Side(data, numbering, number => !isTest(number)), Side(data, numbering, isTest));

    private static FilterDataView Side(IDataView data, Numbering numbering, Func<double, bool> accepts)
        => new(data, numbering.Columns, cursor =>
        {
            var number = numbering.Of(cursor);
            return () => number() is { } value && accepts(value);
        });

    private static Numbering SplitNumber(IHostEnvironment env, IDataView data, string samplingKeyColumnName, int? seed)
    {
        seed ??= (env as IHostEnvironmentInternal)?.Seed;
        if (samplingKeyColumnName is null)
        {
            return new Numbering([], cursor => RandomNumbers(cursor, seed ?? DefaultSeed));
        }
        if (data.Schema.GetColumnOrNull(samplingKeyColumnName) is not { } column)
        {
            throw env.ExceptSchemaMismatch(nameof(samplingKeyColumnName), "SamplingKeyColumn", samplingKeyColumnName);
        }
        return new Numbering([column], SamplingKey.Numbers(data, column, seed));
    }

    private static Func<double?> RandomNumbers(DataViewRowCursor cursor, int seed)
    {
        var random = new SeededRandom(seed);
        var next = 0L;
        var number = 0f;
        return () =>
        {
            // The number belongs to the position, whichever rows are asked for.
            for (; next <= cursor.Position; next++)
            {
                number = random.NextSingle();
            }
            return number;
        };
    }

    /// <summary>The number of the cursor's row; null keeps a row out of both sides.</summary>
    private sealed record Numbering(DataViewSchema.Column[] Columns, Func<DataViewRowCursor, Func<double?>> Of);
}
