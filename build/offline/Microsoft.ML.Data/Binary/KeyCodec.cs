namespace Microsoft.ML.Data;

/// <summary>A key's values are written as plain numbers; the count belongs to the description.</summary>
internal sealed class KeyCodec<T>(KeyDataViewType type, ValueCodec<T> numbers) : ValueCodec<T>("Key2", type)
{
    public override void Write(BinaryWriter writer, ReadOnlySpan<T> values) => numbers.Write(writer, values);

    public override T[] Read(BinaryReader reader, int count) => numbers.Read(reader, count);

    protected override void WriteParameters(BinaryWriter writer)
    {
        numbers.WriteDescription(writer);
        writer.Write(type.Count);
    }
}
