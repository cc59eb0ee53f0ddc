using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class DataViewSchema
{
    public sealed class Builder
    {
        private readonly List<DetachedColumn> _columns = [];

        public void AddColumn(string name, DataViewType type, Annotations annotations = null)
            => _columns.Add(new DetachedColumn(name, type, annotations));

        public void AddColumns(IEnumerable<DetachedColumn> source)
        {
            foreach (var column in source)
            {
                AddColumn(column.Name, column.Type, column.Annotations);
            }
        }

        public void AddColumns(IEnumerable<Column> source) => AddColumns(source.Select(static column => new DetachedColumn(column)));

        public DataViewSchema ToSchema()
        {
            var last = new Dictionary<string, int>();
            for (var index = 0; index < _columns.Count; index++)
            {
                last[_columns[index].Name] = index;
            }
            return new DataViewSchema(
                [.. _columns.Select((column, index) => new Column(column.Name, index, last[column.Name] != index, column.Type, column.Annotations))]);
        }
    }
}
