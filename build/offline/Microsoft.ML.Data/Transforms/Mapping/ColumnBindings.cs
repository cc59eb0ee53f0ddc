namespace Microsoft.ML.Data;

/// <summary>A schema with added columns: a new name goes to the end, a known one right after the column that it hides.</summary>
internal sealed class ColumnBindings
{
    // An input column's index, or the complement of an added column's.
    private readonly int[] _sources;

    public ColumnBindings(DataViewSchema input, DataViewSchema.DetachedColumn[] added)
    {
        InputSchema = input;
        var sources = Enumerable.Range(0, input.Count).ToList();
        var names = input.Select(static column => column.Name).ToList();
        for (var index = 0; index < added.Length; index++)
        {
            var hidden = names.LastIndexOf(added[index].Name);
            var place = hidden < 0 ? names.Count : hidden + 1;
            sources.Insert(place, ~index);
            names.Insert(place, added[index].Name);
        }
        _sources = [.. sources];

        var builder = new DataViewSchema.Builder();
        foreach (var source in _sources)
        {
            if (source >= 0)
            {
                builder.AddColumn(input[source].Name, input[source].Type, input[source].Annotations);
            }
            else
            {
                builder.AddColumn(added[~source].Name, added[~source].Type, added[~source].Annotations);
            }
        }
        Schema = builder.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema Schema { get; }

    /// <summary>Whether the column comes from the input, and its index there or among the added ones.</summary>
    public bool IsFromInput(int column, out int index)
    {
        var source = _sources[column];
        index = source >= 0 ? source : ~source;
        return source >= 0;
    }
}
