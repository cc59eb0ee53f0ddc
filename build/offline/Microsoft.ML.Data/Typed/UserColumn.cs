using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A column and the member of the user's class that holds its values.</summary>
internal sealed record UserColumn(string Name, DataViewType Type, UserMember Member, DataViewSchema.Annotations Annotations)
{
    public static UserColumn[] Of(Type userType, SchemaDefinition definition) => [.. definition.Select(column => Of(userType, column))];

    /// <summary>The columns of <paramref name="schema"/> with its types and annotations, each held by the member that maps to its name.</summary>
    public static SchemaDefinition DefinitionOf(Type userType, DataViewSchema schema)
    {
        var definition = SchemaDefinition.Create(userType, SchemaDefinition.Direction.Read);
        foreach (var column in schema)
        {
            var defined = definition[column.Name] ?? throw Contracts.Except($"Type should contain a member named {column.Name}");
            defined.ColumnType = column.Type;
            defined.CopyAnnotations(column.Annotations);
        }
        return definition;
    }

    public static DataViewSchema SchemaOf(IEnumerable<UserColumn> columns)
    {
        var builder = new DataViewSchema.Builder();
        foreach (var column in columns)
        {
            builder.AddColumn(column.Name, column.Type, column.Annotations);
        }
        return builder.ToSchema();
    }

    private static UserColumn Of(Type userType, SchemaDefinition.Column column)
    {
        var member = UserMember.Named(userType, column.MemberName);
        var type = column.ColumnType ?? member.InferColumnType();
        member.CheckHolds(type);
        return new UserColumn(string.IsNullOrEmpty(column.ColumnName) ? column.MemberName : column.ColumnName, type, member, column.Annotations);
    }
}
