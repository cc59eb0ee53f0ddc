namespace Microsoft.ML.Loreal;

/// <summary>A frozen CLIP with several owners; the last one to release it frees its memory.</summary>
internal sealed class SharedClip(ClipModel model)
{
    private int _owners = 1;

    /// <summary>The model.</summary>
    public ClipModel Model { get; } = model;

    /// <summary>Adds an owner.</summary>
    public SharedClip Share()
    {
        Interlocked.Increment(ref _owners);
        return this;
    }

    /// <summary>
    /// Adds an owner of the model in a precision: of this one if it is this one's, otherwise of a new one on the same device.
    /// </summary>
    /// <param name="precision">In what it computes.</param>
    /// <param name="backbone">What this one was made of.</param>
    /// <exception cref="InvalidOperationException">The device cannot compute in the precision.</exception>
    public SharedClip In(ComputePrecision precision, ClipBackbone backbone) =>
        precision == Model.Precision ? Share() : new SharedClip(backbone.CreateModel(Model.Text.PositionalEmbedding.device, precision));

    /// <summary>Ends one ownership.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _owners) == 0)
        {
            Model.Dispose();
        }
    }
}
