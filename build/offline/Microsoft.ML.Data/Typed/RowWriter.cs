using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Fills the members of a user's objects from the columns of rows of one schema.</summary>
internal sealed class RowWriter<TRow>
    where TRow : class
{
    private readonly (UserMember Member, DataViewSchema.Column Column)[] _bindings;

    public RowWriter(DataViewSchema schema, bool ignoreMissingColumns, SchemaDefinition definition)
    {
        var columns = UserColumn.Of(typeof(TRow), definition ?? SchemaDefinition.Create(typeof(TRow), SchemaDefinition.Direction.Write));
        var bindings = new List<(UserMember, DataViewSchema.Column)>();
        foreach (var (name, _, member, _) in columns)
        {
            if (schema.GetColumnOrNull(name) is not { } column)
            {
                if (ignoreMissingColumns)
                {
                    continue;
                }
                throw Contracts.ExceptSchemaMismatch(nameof(schema), "", name);
            }
            Contracts.Check(
                member.Holds(column.Type),
                $"Can't bind the IDataView column '{name}' of type '{column.Type}' to field or property '{member.Name}' of type '{member.Type.FullName}'.");
            bindings.Add((member, column));
        }
        _bindings = [.. bindings];
    }

    public IEnumerable<DataViewSchema.Column> Columns => _bindings.Select(static binding => binding.Column);

    public Action<TRow> Bind(DataViewRow row)
    {
        var writes = Array.ConvertAll(_bindings, binding => MemberWrites.Write<TRow>(binding.Member, row, binding.Column));
        return target =>
        {
            foreach (var write in writes)
            {
                write(target);
            }
        };
    }
}
