using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training.Features;

/// <summary>Rows of encoded views on their way into memory or a file.</summary>
/// <param name="storage">Where they go.</param>
/// <param name="identity">The SHA-256 of everything that decides what they are; null to keep no file.</param>
/// <param name="rows">N * V.</param>
internal sealed class FeatureWriter(FeatureStorage storage, byte[]? identity, long rows) : IDisposable
{
    private FeatureFile? _file;
    private Tensor? _values; // [rows, F]
    private long _added;

    /// <summary>Adds the next rows.</summary>
    /// <param name="values">[b, F].</param>
    public void Add(Tensor values)
    {
        if (_file is null && _values is null)
        {
            Begin(values.shape[1]);
        }

        if (_file is not null)
        {
            _file.Add(values);
        }
        else
        {
            using DisposeScope scope = NewDisposeScope();
            _values!.narrow(0, _added, values.shape[0]).copy_(values);
        }

        _added += values.shape[0];
    }

    /// <summary>All rows.</summary>
    public FeatureRows Complete()
    {
        if (_file is not null)
        {
            return storage.InMemory(_file.Complete(identity, storage.Device));
        }

        var complete = new MemoryFeatureRows(_values!);
        _values = null;
        return complete;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _values?.Dispose();
    }

    private void Begin(long width)
    {
        _file = storage.FilePath(identity) is { } path ? FeatureFile.TryCreate(path) : null;
        if (_file is null && storage.Fits(rows, width))
        {
            _values = empty([rows, width], float32, storage.Device).DetachFromDisposeScope();
        }
        else
        {
            _file ??= FeatureFile.CreateTemporary();
        }
    }
}
