namespace Microsoft.ML.Data;

/// <summary>Computes columns of a row from other columns of the same row. Calls come from several threads.</summary>
internal interface IRowMapper
{
    DataViewSchema.DetachedColumn[] GetOutputColumns();

    /// <summary>Which input columns are read for these of the output columns.</summary>
    Func<int, bool> GetDependencies(Func<int, bool> activeOutput);

    /// <summary>A ValueGetter for each active output column, null for the others; the disposer, if any, is called with the row.</summary>
    Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action disposer);
}
