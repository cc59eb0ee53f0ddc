using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tensors;

/// <summary>The tensor library's state of gradients, which belongs to the application and its thread.</summary>
internal static class Autograd
{
    /// <summary>
    /// Records gradients again, as in a new thread, whatever the application has set on this one (no_grad, inference_mode,
    /// set_grad_enabled), and makes tensors of which gradients can be asked later.
    /// </summary>
    /// <returns>What restores the application's state when it is disposed, on the same thread.</returns>
    public static IDisposable Enable() => inference_mode(false);
}
