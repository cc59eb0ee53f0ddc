namespace TorchSharp;

/// <summary>libtorch's inference mode for the thread, until it is disposed there.</summary>
internal sealed class InferenceMode(bool enabled) : IDisposable
{
    private nint _guard = NativeMethods.lt_enter_inference_mode(enabled ? 1 : 0);

    public void Dispose()
    {
        nint guard = _guard;
        _guard = 0;
        NativeMethods.lt_leave_inference_mode(guard);
    }
}
