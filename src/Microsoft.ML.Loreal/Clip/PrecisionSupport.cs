using System.Runtime.InteropServices;
using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>What a precision is to the tensor library, and whether a device computes in it.</summary>
internal static class PrecisionSupport
{
    /// <summary>What can be computed in: all but what leaves the choice open.</summary>
    public static IReadOnlyList<ComputePrecision> Concrete { get; } =
        [.. Enum.GetValues<ComputePrecision>().Where(precision => precision != ComputePrecision.Auto)];

    /// <summary>The type of the tensors.</summary>
    public static ScalarType Type(this ComputePrecision precision) => precision switch
    {
        ComputePrecision.Single => ScalarType.Float32,
        ComputePrecision.BFloat16 => ScalarType.BFloat16,
        ComputePrecision.Half => ScalarType.Float16,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, $"Expected one of {string.Join(", ", Concrete)}."),
    };

    /// <summary>Throws where the device cannot compute in the precision, or only so slowly that nobody wants it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such precision.</exception>
    /// <exception cref="InvalidOperationException">The device cannot.</exception>
    public static void Check(ComputePrecision precision, Device device)
    {
        if (Obstacle(precision, device) is { } obstacle)
        {
            throw new InvalidOperationException(
                $"Precision is {precision}, and {obstacle.Reason}. "
                + $"Use {ComputePrecision.Single}{(precision == ComputePrecision.Half ? $", {ComputePrecision.BFloat16}" : "")} or "
                + $"{ComputePrecision.Auto} here, or another device.",
                obstacle.Cause);
        }
    }

    /// <summary>The precision, or single precision where <see cref="Check"/> would throw.</summary>
    /// <param name="precision">The precision.</param>
    /// <param name="device">The device.</param>
    /// <param name="warn">Told where it is not the one that was asked for, or may be slow.</param>
    public static ComputePrecision OrSingle(ComputePrecision precision, Device device, Action<string>? warn)
    {
        if (Obstacle(precision, device) is not { } obstacle)
        {
            if (precision == ComputePrecision.BFloat16 && !NativeProducts.Of(device).BFloat16)
            {
                warn?.Invoke(
                    $"The model was saved with the precision {precision}, which the device {device} is not known to multiply natively, so "
                    + "that it may be slow here; "
                    + $"WithPrecision({nameof(ComputePrecision)}.{ComputePrecision.Auto}) chooses what suits this machine.");
            }

            return precision;
        }

        warn?.Invoke($"The model was saved with the precision {precision}, and {obstacle.Reason}; it computes in single precision.");
        return ComputePrecision.Single;
    }

    /// <summary>Why the device should not compute in the precision; null where it should.</summary>
    public static (string Reason, Exception? Cause)? Obstacle(ComputePrecision precision, Device device)
    {
        if (precision == ComputePrecision.Half && !NativeProducts.Of(device).Half)
        {
            return (
                $"the processor (device {device}) does not multiply such numbers natively (AVX512-FP16, AMX-FP16), so that it would take "
                + "tens of times as long as in single precision",
                null);
        }

        return Error(precision, device) is { } error
            ? ($"libtorch {__version__} cannot compute in it on the device {device}: {error.Message.Split('\n')[0].TrimEnd('.')}", error)
            : null;
    }

    /// <summary>
    /// What happens when a small instance of everything that a block does in the precision is tried: which operators there are depends on
    /// the build of the library.
    /// </summary>
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
            Tensor y = nn.functional.gelu(nn.functional.silu(nn.functional.linear(x, x[0], x[0, 0])));
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
