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

    /// <summary>Ends one ownership.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _owners) == 0)
        {
            Model.Dispose();
        }
    }
}
