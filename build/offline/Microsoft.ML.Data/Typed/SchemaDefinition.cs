using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>How the members of a user's class become columns.</summary>
public sealed class SchemaDefinition : List<SchemaDefinition.Column>
{
    private SchemaDefinition()
    {
    }

    [Flags]
    public enum Direction
    {
        Read = 1,
        Write = 2,
        Both = Read | Write,
    }

    public Column this[string columnName]
    {
        get => Find(column => column.ColumnName == columnName);
        set
        {
            Contracts.CheckValue(value, nameof(value));
            Contracts.CheckParam(
                value.ColumnName == columnName, nameof(columnName), $"The column is named '{value.ColumnName}' but is assigned as '{columnName}'.");
            var index = FindIndex(column => column.ColumnName == columnName);
            if (index < 0)
            {
                Add(value);
                return;
            }
            this[index] = value;
        }
    }

    public static SchemaDefinition Create(Type userType, Direction direction = Direction.Both)
    {
        Contracts.CheckValue(userType, nameof(userType));
        var definition = new SchemaDefinition();
        foreach (var member in UserMember.Of(userType, direction))
        {
            member.RegisterCustomType();
            Contracts.CheckParam(definition[member.ColumnName] is null, nameof(userType), $"Duplicate column name '{member.ColumnName}' detected, this is disallowed");
            definition.Add(new Column(member.Name, member.InferColumnType(), member.ColumnName));
        }
        return definition;
    }

    public sealed class Column
    {
        private readonly Dictionary<string, (DataViewType Type, Delegate Getter)> _annotations = [];

        internal Column(string memberName, DataViewType columnType, string columnName)
        {
            MemberName = memberName;
            ColumnType = columnType;
            ColumnName = columnName;
        }

        public string MemberName { get; }

        public string ColumnName { get; set; }

        public DataViewType ColumnType { get; set; }

        public DataViewSchema.Annotations Annotations
        {
            get
            {
                var builder = new DataViewSchema.Annotations.Builder();
                foreach (var (kind, (type, getter)) in _annotations)
                {
                    builder.Add(kind, type, getter);
                }
                return builder.ToAnnotations();
            }
        }

        public void AddAnnotation<T>(string kind, T value, DataViewType annotationType)
        {
            Contracts.CheckValue(kind, nameof(kind));
            Contracts.CheckValue(annotationType, nameof(annotationType));
            Contracts.Check(!_annotations.ContainsKey(kind), $"The column '{ColumnName}' already has an annotation '{kind}'.");
            _annotations.Add(kind, (annotationType, AnnotationValues.GetterOf(kind, value, annotationType)));
        }

        internal void CopyAnnotations(DataViewSchema.Annotations annotations)
        {
            foreach (var annotation in annotations.Schema)
            {
                _annotations[annotation.Name] = (annotation.Type, GenericDelegates.Getter(annotations, annotation));
            }
        }
    }
}
