namespace Microsoft.ML.Data;

/// <summary>Getters of column values out of the members of a user's row object.</summary>
internal static class RowReader
{
    public static Delegate Getter<TRow>(UserColumn column, Func<TRow> current)
    {
        var member = column.Member;
        if (member.Type.IsArray)
        {
            return member.Type == typeof(string[])
                ? Texts(column, current)
                : Invoke<TRow>(nameof(Array), member.ItemType, column, current);
        }
        if (member.IsVector)
        {
            return Invoke<TRow>(nameof(Vector), member.ItemType, column, current);
        }
        if (member.Type == typeof(string))
        {
            return Text(column, current);
        }
        return Invoke<TRow>(column.Type is KeyDataViewType ? nameof(Key) : nameof(Value), member.Type, column, current);
    }

    private static Delegate Invoke<TRow>(string method, Type item, UserColumn column, Func<TRow> current)
        => (Delegate)GenericDelegates.InvokeStatic(typeof(RowReader), method, [typeof(TRow), item], column, current);

    private static ValueGetter<ReadOnlyMemory<char>> Text<TRow>(UserColumn column, Func<TRow> current)
    {
        var read = MemberAccess<TRow>.Read<string>(column.Member.Member);
        return (ref ReadOnlyMemory<char> value) => value = read(current()).AsMemory();
    }

    private static ValueGetter<VBuffer<ReadOnlyMemory<char>>> Texts<TRow>(UserColumn column, Func<TRow> current)
    {
        var read = MemberAccess<TRow>.Read<string[]>(column.Member.Member);
        return (ref VBuffer<ReadOnlyMemory<char>> value) =>
        {
            var texts = read(current()) ?? [];
            var editor = VBufferEditor.Create(ref value, texts.Length);
            for (var index = 0; index < texts.Length; index++)
            {
                editor.Values[index] = texts[index].AsMemory();
            }
            value = editor.Commit();
        };
    }

    private static ValueGetter<TValue> Value<TRow, TValue>(UserColumn column, Func<TRow> current)
    {
        var read = MemberAccess<TRow>.Read<TValue>(column.Member.Member);
        return (ref TValue value) => value = read(current());
    }

    /// <summary>A scalar key member counts from 0; its column counts from 1, and 0 stands for everything out of range.</summary>
    private static ValueGetter<TValue> Key<TRow, TValue>(UserColumn column, Func<TRow> current)
        where TValue : struct, System.Numerics.IBinaryInteger<TValue>
    {
        var read = MemberAccess<TRow>.Read<TValue>(column.Member.Member);
        var count = ((KeyDataViewType)column.Type).Count;
        return (ref TValue value) =>
        {
            var index = read(current());
            value = ulong.CreateTruncating(index) < count ? index + TValue.One : TValue.Zero;
        };
    }

    private static ValueGetter<VBuffer<TItem>> Array<TRow, TItem>(UserColumn column, Func<TRow> current)
    {
        var read = MemberAccess<TRow>.Read<TItem[]>(column.Member.Member);
        return (ref VBuffer<TItem> value) =>
        {
            var items = read(current()) ?? [];
            var editor = VBufferEditor.Create(ref value, items.Length);
            items.CopyTo(editor.Values);
            value = editor.Commit();
        };
    }

    private static ValueGetter<VBuffer<TItem>> Vector<TRow, TItem>(UserColumn column, Func<TRow> current)
    {
        var read = MemberAccess<TRow>.Read<VBuffer<TItem>>(column.Member.Member);
        return (ref VBuffer<TItem> value) => read(current()).CopyTo(ref value);
    }
}
