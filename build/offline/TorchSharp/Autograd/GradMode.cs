namespace TorchSharp;

/// <summary>Sets the thread's grad mode and puts the former one back.</summary>
internal sealed class GradMode : IDisposable
{
    private readonly bool _former;

    internal GradMode(bool enabled)
    {
        _former = NativeMethods.lt_is_grad_enabled() != 0;
        NativeMethods.lt_set_grad_enabled(enabled ? 1 : 0);
    }

    public void Dispose() => NativeMethods.lt_set_grad_enabled(_former ? 1 : 0);
}
