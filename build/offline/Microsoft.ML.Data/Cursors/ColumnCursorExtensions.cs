using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

public static class ColumnCursorExtensions
{
    public static IEnumerable<T> GetColumn<T>(this IDataView data, string columnName) => data.GetColumn<T>(data.Schema[columnName]);

    public static IEnumerable<T> GetColumn<T>(this IDataView data, DataViewSchema.Column column)
    {
        Contracts.CheckValue(data, nameof(data));
        Contracts.CheckNonEmpty(column.Name, nameof(column));
        if (column.Index >= data.Schema.Count || data.Schema[column.Index].Name != column.Name || !data.Schema[column.Index].Type.Equals(column.Type))
        {
            throw Contracts.ExceptParam(
                nameof(column), $"column with name {column.Name}, type {column.Type}, and index {column.Index} cannot be found in {nameof(data)}");
        }
        if (column.Type.RawType == typeof(T))
        {
            return Values<T, T>(data, column, static value => value);
        }
        if (typeof(T) == typeof(string) && column.Type is TextDataViewType)
        {
            return (IEnumerable<T>)Values<ReadOnlyMemory<char>, string>(data, column, static text => text.ToString());
        }
        if (column.Type is VectorDataViewType { ItemType: TextDataViewType } && typeof(T) == typeof(string[]))
        {
            return (IEnumerable<T>)Values<VBuffer<ReadOnlyMemory<char>>, string[]>(
                data, column, static vector => [.. vector.DenseValues().Select(static text => text.ToString())]);
        }
        if (column.Type is VectorDataViewType { ItemType.RawType: var item } && typeof(T).IsArray && typeof(T).GetElementType() == item)
        {
            return (IEnumerable<T>)GenericDelegates.InvokeStatic(typeof(ColumnCursorExtensions), nameof(Arrays), [item], data, column);
        }
        throw Contracts.ExceptParam(
            nameof(column), $"Cannot map column (name: {column.Name}, type: {column.Type}) in {nameof(data)} to the user-defined type, {typeof(T)}.");
    }

    private static IEnumerable<TItem[]> Arrays<TItem>(IDataView data, DataViewSchema.Column column)
        => Values<VBuffer<TItem>, TItem[]>(data, column, static vector =>
        {
            var items = new TItem[vector.Length];
            vector.CopyTo(items);
            return items;
        });

    private static IEnumerable<TOut> Values<TRaw, TOut>(IDataView data, DataViewSchema.Column column, Func<TRaw, TOut> convert)
    {
        using var cursor = data.GetRowCursor([column]);
        var get = cursor.GetGetter<TRaw>(column);
        var value = default(TRaw);
        while (cursor.MoveNext())
        {
            get(ref value);
            yield return convert(value);
        }
    }
}
