using System.Text;

namespace Microsoft.ML.Data;

/// <summary>
/// Writes and reads blocks of values of one type in the format of binary data views. A codec's description is its load
/// name, the length of its parameters (LEB128) and the parameters.
/// </summary>
internal abstract class ValueCodec
{
    protected ValueCodec(string loadName, DataViewType type)
    {
        LoadName = loadName;
        Type = type;
    }

    public string LoadName { get; }

    public DataViewType Type { get; }

    public void WriteDescription(BinaryWriter writer)
    {
        using var parameters = new MemoryStream();
        using (var parameterWriter = new BinaryWriter(parameters, Encoding.UTF8, leaveOpen: true))
        {
            WriteParameters(parameterWriter);
        }
        writer.Write(LoadName);
        writer.Write7BitEncodedInt64(parameters.Length);
        writer.Write(parameters.ToArray());
    }

    protected virtual void WriteParameters(BinaryWriter writer)
    {
    }
}

internal abstract class ValueCodec<T>(string loadName, DataViewType type) : ValueCodec(loadName, type)
{
    public abstract void Write(BinaryWriter writer, ReadOnlySpan<T> values);

    public abstract T[] Read(BinaryReader reader, int count);
}
