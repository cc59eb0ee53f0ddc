namespace Microsoft.ML.Data;

/// <summary>
/// A schema and columns added to it: one with a new name comes last, one with a known name right after the column that it hides.
/// </summary>
internal sealed class AddedColumns
{
    // For each output column: the input column's index, or the complement of the added column's.
    private readonly int[] _origins;
    private readonly int[] _positions;

    public AddedColumns(DataViewSchema input, DataViewSchema.DetachedColumn[] added)
    {
        Input = input;
        var origins = Enumerable.Range(0, input.Count).ToList();
        for (var index = 0; index < added.Length; index++)
        {
            var hidden = origins.FindLastIndex(origin => NameOf(origin) == added[index].Name);
            origins.Insert(hidden < 0 ? origins.Count : hidden + 1, ~index);
        }
        _origins = [.. origins];
        _positions = [.. added.Select((_, index) => Array.IndexOf(_origins, ~index))];
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(origins.Select(origin => origin < 0 ? added[~origin] : new DataViewSchema.DetachedColumn(input[origin])));
        Output = builder.ToSchema();

        string NameOf(int origin) => origin < 0 ? added[~origin].Name : input[origin].Name;
    }

    public DataViewSchema Input { get; }

    public DataViewSchema Output { get; }

    public bool IsInput(DataViewSchema.Column output, out int index)
    {
        index = _origins[output.Index];
        var isInput = index >= 0;
        index = isInput ? index : ~index;
        return isInput;
    }

    public Func<int, bool> ActiveAdded(bool[] activeOutput) => added => activeOutput[_positions[added]];

    /// <summary>The input columns that the active outputs either are or are computed from.</summary>
    public IEnumerable<DataViewSchema.Column> ActiveInput(bool[] activeOutput, IRowMapper mapper)
    {
        var needed = mapper.GetDependencies(ActiveAdded(activeOutput));
        var passed = new bool[Input.Count];
        for (var index = 0; index < _origins.Length; index++)
        {
            if (_origins[index] >= 0)
            {
                passed[_origins[index]] = activeOutput[index];
            }
        }
        return [.. Input.Where(column => passed[column.Index] || needed(column.Index))];
    }
}
