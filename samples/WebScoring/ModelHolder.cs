namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <summary>The model, once it can be used.</summary>
internal sealed class ModelHolder : IDisposable
{
    private volatile ServedModel? _model;

    /// <summary>Null before it is loaded and warm.</summary>
    public ServedModel? Model
    {
        get => _model;
        set => _model = value;
    }

    public void Dispose() => _model?.Dispose();
}
