using System.IO.MemoryMappedFiles;
using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training.Features;

/// <summary>Encoded views in a file: the system keeps of it in memory what there is room for.</summary>
internal sealed unsafe class MappedFeatureRows : FeatureRows
{
    private readonly FeatureFileHeader _header;
    private readonly Device _device;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _values;
    private readonly int _rowBytes;
    private readonly string? _temporary;

    /// <summary>Maps a file.</summary>
    /// <param name="stream">The complete file; taken over.</param>
    /// <param name="header">Its header.</param>
    /// <param name="device">Where the rows are wanted.</param>
    /// <param name="temporary">Whether the file is of no use afterwards.</param>
    public MappedFeatureRows(FileStream stream, FeatureFileHeader header, Device device, bool temporary)
    {
        _header = header;
        _rowBytes = checked((int)header.Width * sizeof(float));
        _device = device;
        _temporary = temporary && OperatingSystem.IsWindows() ? stream.Name : null;
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _values);
        _values += _view.PointerOffset + FeatureFileHeader.Length;
        if (temporary && _temporary is null)
        {
            // Where the system allows it, the name goes at once and the content with the process, however that ends.
            File.Delete(stream.Name);
        }
    }

    /// <inheritdoc/>
    public override long Count => _header.Rows;

    /// <summary>F.</summary>
    public long Width => _header.Width;

    /// <inheritdoc/>
    public override Tensor Rows(long[] rows) => Gather(rows.Length, i => rows[i]);

    /// <inheritdoc/>
    public override Tensor Range(long first, long count) => Gather(checked((int)count), i => first + i);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        if (_temporary is not null)
        {
            File.Delete(_temporary);
        }
    }

    private Tensor Gather(int count, Func<int, long> row)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = DeviceTransfer.Memory(_device, count, _header.Width);
        Fill(values, count, row);
        return DeviceTransfer.Send(values, _device).MoveToOuterDisposeScope();
    }

    private void Fill(Tensor values, int count, Func<int, long> row)
    {
        Span<byte> target = values.bytes;
        for (int i = 0; i < count; i++)
        {
            long source = row(i);
            ArgumentOutOfRangeException.ThrowIfNegative(source);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(source, Count);
            new ReadOnlySpan<byte>(_values + (source * _rowBytes), _rowBytes).CopyTo(target.Slice(i * _rowBytes, _rowBytes));
        }
    }
}
