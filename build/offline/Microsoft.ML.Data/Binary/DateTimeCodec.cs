namespace Microsoft.ML.Data;

/// <summary>Ticks.</summary>
internal sealed class DateTimeCodec() : ValueCodec<DateTime>(nameof(DateTime), DateTimeDataViewType.Instance)
{
    public override void Write(BinaryWriter writer, ReadOnlySpan<DateTime> values)
    {
        foreach (var value in values)
        {
            writer.Write(value.Ticks);
        }
    }

    public override DateTime[] Read(BinaryReader reader, int count)
    {
        var ticks = new FixedSizeCodec<long>(NumberDataViewType.Int64).Read(reader, count);
        return Array.ConvertAll(ticks, static tick =>
        {
            Decoding.Check(tick == long.MinValue || (tick >= DateTime.MinValue.Ticks && tick <= DateTime.MaxValue.Ticks), $"{tick} ticks are no date.");
            return tick == long.MinValue ? default : new DateTime(tick);
        });
    }
}
