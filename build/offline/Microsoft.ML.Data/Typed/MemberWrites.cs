namespace Microsoft.ML.Data;

internal static class MemberWrites
{
    public static Action<TRow> Write<TRow>(UserMember member, DataViewRow row, DataViewSchema.Column column)
    {
        if (member.Type == typeof(string))
        {
            return Text<TRow>(member, row, column);
        }
        if (member.Type == typeof(string[]))
        {
            return Texts<TRow>(member, row, column);
        }
        var method = member.Type.IsArray ? nameof(Array) : member.IsVector ? nameof(Vector) : nameof(Value);
        return (Action<TRow>)GenericDelegates.InvokeStatic(typeof(MemberWrites), method, [typeof(TRow), member.ItemType], member, row, column);
    }

    private static Action<TRow> Text<TRow>(UserMember member, DataViewRow row, DataViewSchema.Column column)
    {
        var get = row.GetGetter<ReadOnlyMemory<char>>(column);
        var write = MemberAccess<TRow>.Write<string>(member.Member);
        var value = default(ReadOnlyMemory<char>);
        return target =>
        {
            get(ref value);
            write(target, value.ToString());
        };
    }

    private static Action<TRow> Texts<TRow>(UserMember member, DataViewRow row, DataViewSchema.Column column)
    {
        var get = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(column);
        var write = MemberAccess<TRow>.Write<string[]>(member.Member);
        var value = default(VBuffer<ReadOnlyMemory<char>>);
        return target =>
        {
            get(ref value);
            write(target, [.. value.DenseValues().Select(static text => text.ToString())]);
        };
    }

    private static Action<TRow> Value<TRow, TValue>(UserMember member, DataViewRow row, DataViewSchema.Column column)
    {
        var get = row.GetGetter<TValue>(column);
        var write = MemberAccess<TRow>.Write<TValue>(member.Member);
        var value = default(TValue);
        return target =>
        {
            get(ref value);
            write(target, value);
        };
    }

    /// <summary>An array that the object already has is reused when its length fits.</summary>
    private static Action<TRow> Array<TRow, TItem>(UserMember member, DataViewRow row, DataViewSchema.Column column)
    {
        var get = row.GetGetter<VBuffer<TItem>>(column);
        var read = MemberAccess<TRow>.Read<TItem[]>(member.Member);
        var write = MemberAccess<TRow>.Write<TItem[]>(member.Member);
        var value = default(VBuffer<TItem>);
        return target =>
        {
            get(ref value);
            var items = read(target);
            if (items?.Length != value.Length)
            {
                items = new TItem[value.Length];
            }
            value.CopyTo(items);
            write(target, items);
        };
    }

    private static Action<TRow> Vector<TRow, TItem>(UserMember member, DataViewRow row, DataViewSchema.Column column)
    {
        var get = row.GetGetter<VBuffer<TItem>>(column);
        var read = MemberAccess<TRow>.Read<VBuffer<TItem>>(member.Member);
        var write = MemberAccess<TRow>.Write<VBuffer<TItem>>(member.Member);
        return target =>
        {
            var value = read(target);
            get(ref value);
            write(target, value);
        };
    }
}
