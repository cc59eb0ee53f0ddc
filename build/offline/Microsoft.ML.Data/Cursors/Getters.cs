using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

internal static class Getters
{
    public const string NoRow = "Values can only be fetched while the cursor is on a row: call MoveNext first and stop when it returns false.";

    public static ValueGetter<TValue> Typed<TValue>(Delegate getter, DataViewSchema.Column column)
        => getter as ValueGetter<TValue>
            ?? throw Contracts.Except(
                $"Invalid TValue in GetGetter for column '{column.Name}': '{typeof(TValue)}', expected type: '{getter?.GetType().GetGenericArguments()[0]}'.");

    public static void CheckActive(this DataViewRow row, DataViewSchema.Column column)
        => Contracts.Check(row.IsColumnActive(column), $"The column '{column.Name}' is not active: it was not among the columns that this row was asked for.");
}
