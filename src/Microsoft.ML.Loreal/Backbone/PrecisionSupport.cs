using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal;

/// <summary>What a precision is to the tensor library, and whether a device computes in it.</summary>
internal static class PrecisionSupport
{
    /// <summary>The type of the tensors.</summary>
    public static ScalarType Type(this ComputePrecision precision) => precision switch
    {
        ComputePrecision.Single => ScalarType.Float32,
        ComputePrecision.BFloat16 => ScalarType.BFloat16,
        ComputePrecision.Half => ScalarType.Float16,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, $"Expected one of {string.Join(", ", Enum.GetNames<ComputePrecision>())}."),
    };

    /// <summary>Throws where the device cannot compute in the precision.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such precision.</exception>
    /// <exception cref="InvalidOperationException">The device cannot.</exception>
    public static void Check(ComputePrecision precision, Device device)
    {
        if (Error(precision, device) is { } error)
        {
            throw new InvalidOperationException(
                $"Precision is {precision}, and libtorch {__version__} cannot compute in it on the device {device}: {error.Message.Split('\n')[0].TrimEnd('.')}. "
                + $"Use {ComputePrecision.Single}{(precision == ComputePrecision.Half ? $", or {ComputePrecision.BFloat16}," : "")} here, or another device.",
                error);
        }
    }

    /// <summary>The precision, or single precision where the device cannot compute in it.</summary>
    /// <param name="precision">The precision.</param>
    /// <param name="device">The device.</param>
    /// <param name="warn">Told where it is not the one that was asked for.</param>
    public static ComputePrecision OrSingle(ComputePrecision precision, Device device, Action<string>? warn)
    {
        if (Error(precision, device) is null)
        {
            return precision;
        }

        warn?.Invoke($"The model was saved with the precision {precision}, in which libtorch {__version__} cannot compute on the device {device}; it computes in single precision.");
        return ComputePrecision.Single;
    }

    /// <summary>What happens when a small instance of everything that a block does in the precision is tried: which operators there are depends on the build of the library.</summary>
    private static ExternalException? Error(ComputePrecision precision, Device device)
    {
        ScalarType type = precision.Type();
        if (precision == ComputePrecision.Single)
        {
            return null;
        }

        try
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable frozen = no_grad();
            Tensor x = ones([2, 16, 16], device: device).to(type);
            Tensor y = nn.functional.silu(nn.functional.linear(x, x[0], x[0, 0]));
            // [2, 16, 16] -> [2, 1, 16, 16]
            Tensor heads = y.unsqueeze(1);
            MultiHeadAttention.Attend(heads, heads, heads, zeros([16, 16], device: device)).to(ScalarType.Float32).sum().item<float>();
            return null;
        }
        catch (ExternalException exception)
        {
            return exception;
        }
    }
}
