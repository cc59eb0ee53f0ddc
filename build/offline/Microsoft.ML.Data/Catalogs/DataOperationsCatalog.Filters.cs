using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

public sealed partial class DataOperationsCatalog
{
    public IDataView FilterRowsByColumn(
        IDataView input, string columnName, double lowerBound = double.NegativeInfinity, double upperBound = double.PositiveInfinity)
    {
        _environment.CheckValue(input, nameof(input));
        _environment.CheckNonEmpty(columnName, nameof(columnName));
        _environment.CheckParam(lowerBound < upperBound, nameof(upperBound), "The upper bound must exceed the lower one.");
        var column = input.Schema[columnName];
        if (column.Type != NumberDataViewType.Single && column.Type != NumberDataViewType.Double)
        {
            throw _environment.ExceptSchemaMismatch(nameof(columnName), "filter", columnName, "number", column.Type.ToString());
        }
        return new FilterDataView(input, [column], row =>
        {
            var get = RealValues.Getter(row, column);
            return () => get() is var value && value >= lowerBound && (value < upperBound || double.IsPositiveInfinity(upperBound));
        });
    }

    public IDataView FilterRowsByKeyColumnFraction(IDataView input, string columnName, double lowerBound = 0, double upperBound = 1)
    {
        _environment.CheckValue(input, nameof(input));
        _environment.CheckNonEmpty(columnName, nameof(columnName));
        _environment.CheckParam(lowerBound is >= 0 and <= 1, nameof(lowerBound), "Must be in [0, 1]");
        _environment.CheckParam(upperBound is >= 0 and <= 1, nameof(upperBound), "Must be in [0, 1]");
        _environment.CheckParam(lowerBound <= upperBound, nameof(upperBound), "Must be no less than lowerBound");
        var column = input.Schema[columnName];
        if (column.Type is not KeyDataViewType key)
        {
            throw _environment.ExceptSchemaMismatch(nameof(columnName), "filter", columnName, "KeyType", column.Type.ToString());
        }
        return new FilterDataView(input, [column], row =>
        {
            var get = KeyValues.Getter(row, column);
            var value = 0ul;
            return () =>
            {
                get(ref value);
                var fraction = (value - 0.5) / key.Count;
                return value > 0 && value <= key.Count && fraction >= lowerBound && (fraction < upperBound || upperBound == 1);
            };
        });
    }

    public IDataView FilterRowsByMissingValues(IDataView input, params string[] columns)
    {
        _environment.CheckValue(input, nameof(input));
        _environment.CheckUserArg(columns is { Length: > 0 }, nameof(columns));
        var tested = columns.Select(name => input.Schema.GetColumnOrNull(name)
            ?? throw _environment.ExceptSchemaMismatch(nameof(columns), "filter", name)).ToArray();
        return new FilterDataView(input, tested, row =>
        {
            var missing = Array.ConvertAll(tested, column => MissingValues.Test(row, column));
            return () => !missing.Any(static isMissing => isMissing());
        });
    }
}
