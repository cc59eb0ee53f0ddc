using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tensors;

/// <summary>
/// Numbers on their way from the processor to the device that computes with them. Out of pinned memory a GPU fetches them by itself when
/// their turn comes, and the caller goes on at once; the tensor library hands such memory out again only after that.
/// </summary>
internal static class DeviceTransfer
{
    /// <summary>
    /// Memory for numbers that a device shall get; pinned where that is a GPU. Once sent it may be disposed, but not be written to before
    /// the device has done something that was waited for.
    /// </summary>
    /// <returns>float32 on the processor, not initialized.</returns>
    public static Tensor Memory(Device device, params long[] shape)
    {
        using DisposeScope scope = NewDisposeScope();
        return Pinned(empty(shape, float32, CPU), device).MoveToOuterDisposeScope();
    }

    /// <summary>The same numbers on the device.</summary>
    /// <param name="values">On any device; those in <see cref="Memory"/> go without anybody waiting.</param>
    /// <param name="device">Where they are wanted.</param>
    public static Tensor Send(Tensor values, Device device) => values.to(device, non_blocking: device.type == DeviceType.CUDA);

    /// <summary>Whole numbers on the device.</summary>
    public static Tensor Send(long[] values, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        return Send(Pinned(tensor(values, int64, CPU), device), device).MoveToOuterDisposeScope();
    }

    private static Tensor Pinned(Tensor values, Device device) => device.type == DeviceType.CUDA ? values.pin_memory() : values;
}
