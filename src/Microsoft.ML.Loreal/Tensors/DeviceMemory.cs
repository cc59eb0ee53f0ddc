using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.Loreal.Tensors;

/// <summary>Tells a device whose memory is used up from the other errors of the tensor library, which has one type for all.</summary>
internal static class DeviceMemory
{
    /// <summary>Trains; where the memory does not suffice the error says so, and what helps.</summary>
    /// <exception cref="InvalidOperationException">The memory of the device is used up.</exception>
    public static TModel Watch<TModel>(torch.Device device, Func<TModel> train)
    {
        try
        {
            return train();
        }
        catch (Exception error) when (IsUsedUp(error))
        {
            throw new InvalidOperationException(
                $"The memory of the device {device} is used up. Try a smaller batch (BatchSize of the training stages), fewer "
                + $"ViewsPerImage, or a smaller backbone. {error.Message}",
                error);
        }
    }

    /// <summary>Whether the error says that memory could not be had, on a GPU or on the CPU.</summary>
    public static bool IsUsedUp(Exception error) => error is OutOfMemoryException
        || (error is ExternalException && (error.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
            || error.Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase)));
}
