namespace Microsoft.ML.Loreal.Scoring;

/// <summary>
/// Lets many threads use what one of them may dispose meanwhile: those that are inside finish, and nobody enters any more.
/// </summary>
/// <param name="free">Frees what is used, once nobody is inside.</param>
/// <param name="disposed">What whoever comes later is told.</param>
internal sealed class UseGate(Action free, string disposed = UseGate.TransformerDisposed) : IDisposable
{
    public const string TransformerDisposed =
        "The transformer was disposed. A prediction engine disposes its transformer too, unless PredictionEngineOptions.OwnsTransformer "
        + "is false.";

    private readonly Lock _lock = new();
    private int _inside;
    private bool _closed;

    /// <summary>Begins a use, which ends when the result is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The gate was disposed.</exception>
    public Use Enter()
    {
        lock (_lock)
        {
            if (_closed)
            {
                throw new ObjectDisposedException(null, disposed);
            }

            _inside++;
        }

        return new Use(this);
    }

    /// <summary>Lets nobody in any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            if (_inside > 0)
            {
                return;
            }
        }

        free();
    }

    private void Exit()
    {
        lock (_lock)
        {
            _inside--;
            if (!_closed || _inside > 0)
            {
                return;
            }
        }

        free();
    }

    /// <summary>A use that has begun; disposed once.</summary>
    internal readonly struct Use(UseGate gate) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => gate.Exit();
    }
}
