namespace Microsoft.ML.Data;

/// <summary>Computes added columns from the columns of the same row. Output indices count the added columns only.</summary>
internal interface IRowMapper
{
    DataViewSchema.DetachedColumn[] GetOutputColumns();

    /// <summary>The input columns (by index) that the active outputs need.</summary>
    Func<int, bool> GetDependencies(Func<int, bool> activeOutput);

    /// <summary>One getter an output, null where it is not active; <paramref name="disposer"/> may be null.</summary>
    Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action disposer);
}
