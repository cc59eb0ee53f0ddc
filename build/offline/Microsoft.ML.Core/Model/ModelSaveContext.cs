namespace Microsoft.ML;

public sealed partial class ModelSaveContext : IDisposable
{
    public void Dispose()
    {
    }
}
