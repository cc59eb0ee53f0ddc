namespace TorchSharp;

public class LifetimeStatistics
{
    public long CreatedOutsideScopeCount { get; private set; }

    public long DisposedOutsideScopeCount { get; private set; }

    public long CreatedInScopeCount { get; private set; }

    public long DisposedInScopeCount { get; private set; }

    public long AttachedToScopeCount { get; private set; }

    public long DetachedFromScopeCount { get; private set; }

    public long ThreadTotalLiveCount =>
        CreatedInScopeCount - DisposedInScopeCount + CreatedOutsideScopeCount - DisposedOutsideScopeCount;

    public void Reset()
    {
        CreatedOutsideScopeCount = 0;
        DisposedOutsideScopeCount = 0;
        CreatedInScopeCount = 0;
        DisposedInScopeCount = 0;
        AttachedToScopeCount = 0;
        DetachedFromScopeCount = 0;
    }

    public override string ToString() =>
        $"ThreadTotalLiveCount: {ThreadTotalLiveCount}; CreatedOutsideScopeCount: {CreatedOutsideScopeCount}; " +
        $"DisposedOutsideScopeCount: {DisposedOutsideScopeCount}; CreatedInScopeCount: {CreatedInScopeCount}; " +
        $"DisposedInScopeCount: {DisposedInScopeCount}; AttachedToScopeCount: {AttachedToScopeCount}; " +
        $"DetachedFromScopeCount: {DetachedFromScopeCount}";

    internal void CountCreatedOutsideScope() => CreatedOutsideScopeCount++;

    internal void CountDisposedOutsideScope() => DisposedOutsideScopeCount++;

    internal void CountCreatedInScope() => CreatedInScopeCount++;

    internal void CountDisposedInScope() => DisposedInScopeCount++;

    internal void CountAttached() => AttachedToScopeCount++;

    internal void CountDetached() => DetachedFromScopeCount++;
}
