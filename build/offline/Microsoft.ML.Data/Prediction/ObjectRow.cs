using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A row whose values come from whichever of the user's objects is shown.</summary>
internal sealed class ObjectRow<TRow> : DataViewRow
    where TRow : class
{
    private readonly Delegate[] _getters;
    private TRow _current;
    private long _position = -1;

    public ObjectRow(UserColumn[] columns)
    {
        Schema = UserColumn.SchemaOf(columns);
        _getters = Array.ConvertAll(columns, column => RowReader.Getter(column, Current));
    }

    public override DataViewSchema Schema { get; }

    public override long Position => _position;

    public override long Batch => 0;

    public void Show(TRow row)
    {
        _current = row;
        _position++;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => true;

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => Getters.Typed<TValue>(_getters[column.Index], column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

    private TRow Current()
    {
        Contracts.Check(_current is not null, Getters.NoRow);
        return _current;
    }
}
