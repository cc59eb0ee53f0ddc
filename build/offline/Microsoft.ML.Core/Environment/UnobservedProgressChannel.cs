namespace Microsoft.ML.Runtime;

/// <summary>Progress of an MLContext has no listener: only channels reach its log.</summary>
internal sealed class UnobservedProgressChannel : IProgressChannel
{
    public void SetHeader(ProgressHeader header, Action<IProgressEntry> fillAction)
    {
    }

    public void Checkpoint(params double?[] values)
    {
    }

    public IProgressChannel StartProgressChannel(string name) => new UnobservedProgressChannel();

    public void Dispose()
    {
    }
}
