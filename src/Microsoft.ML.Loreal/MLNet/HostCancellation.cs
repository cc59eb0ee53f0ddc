using Microsoft.ML.Runtime;

namespace Microsoft.ML.Loreal.MLNet;

/// <summary>A cancellation token that follows the user's and the cancellation of an ML.NET host.</summary>
internal sealed class HostCancellation : IDisposable
{
    // A host can only be asked whether it was canceled. A training step takes longer than this.
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(20);

    private readonly ICancelable? _host;
    private readonly CancellationTokenSource _source;
    private readonly Lock _lock = new();
    private readonly Timer? _timer;
    private bool _disposed;

    public HostCancellation(IHost host, CancellationToken user)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(user);
        _host = host as ICancelable;
        if (_host is not null)
        {
            Poll();
            _timer = new Timer(_ => Poll(), null, _interval, _interval);
        }
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _timer?.Dispose();
            _source.Dispose();
        }
    }

    private void Poll()
    {
        lock (_lock)
        {
            if (!_disposed && _host!.IsCanceled)
            {
                _source.Cancel();
            }
        }
    }
}
