namespace Microsoft.ML.Data;

/// <summary>All offsets in minutes, then all ticks of the local times.</summary>
internal sealed class DateTimeOffsetCodec() : ValueCodec<DateTimeOffset>(nameof(DateTimeOffset), DateTimeOffsetDataViewType.Instance)
{
    public override void Write(BinaryWriter writer, ReadOnlySpan<DateTimeOffset> values)
    {
        foreach (var value in values)
        {
            writer.Write((short)value.Offset.TotalMinutes);
        }
        foreach (var value in values)
        {
            writer.Write(value.DateTime.Ticks);
        }
    }

    public override DateTimeOffset[] Read(BinaryReader reader, int count)
    {
        var minutes = new FixedSizeCodec<short>(NumberDataViewType.Int16).Read(reader, count);
        var times = new DateTimeCodec().Read(reader, count);
        var values = new DateTimeOffset[count];
        for (var index = 0; index < count; index++)
        {
            try
            {
                values[index] = times[index] == default ? default : new DateTimeOffset(times[index], TimeSpan.FromMinutes(minutes[index]));
            }
            catch (ArgumentException problem)
            {
                throw new FormatException($"{times[index]} with an offset of {minutes[index]} minutes is no date.", problem);
            }
        }
        return values;
    }
}
