using System.Globalization;
using Microsoft.ML.Loreal.MLNet;
using Microsoft.ML.Loreal.Native;
using Microsoft.ML.Runtime;
using TorchSharp;

namespace Microsoft.ML.Loreal.Tensors;

/// <summary>Chooses where to compute from the options, the MLContext and what the machine has.</summary>
internal static class DeviceSelection
{
    private const string Cpu = "cpu";
    private const string Cuda = "cuda";

    /// <summary>Throws unless the name is null, "cpu", "cuda" or "cuda:N".</summary>
    public static void CheckName(string? device)
    {
        if (device is not null && !IsCpu(device) && CudaIndex(device) is null)
        {
            const string Option = "Device";
            throw new ArgumentException(
                $"{Option} is '{device}'; it must be \"cpu\", \"cuda\", \"cuda:N\", or null to choose automatically.", Option);
        }
    }

    /// <summary>
    /// The device by name, or the MLContext's, or CUDA where it is available. A GPU that was asked for and is not there is an error unless
    /// the MLContext lets the computation fall back to the CPU.
    /// </summary>
    /// <exception cref="InvalidOperationException">The device is not there, or TorchSharp's native libraries do not load.</exception>
    public static torch.Device Select(string? requested, IHostEnvironment environment, IChannel channel)
    {
        // Both trainings and both loaders of saved models come here before they make a tensor.
        TorchRuntime.EnsureLoaded();
        if (requested is not null && IsCpu(requested))
        {
            return torch.CPU;
        }

        (int? gpu, bool fallback) = HostEnvironments.GpuChoice(environment);
        int? wanted = requested is not null ? CudaIndex(requested) : gpu;
        int available = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        if (wanted is not { } index)
        {
            return available > 0 ? new torch.Device(DeviceType.CUDA, 0) : torch.CPU;
        }

        if (index >= 0 && index < available)
        {
            return new torch.Device(DeviceType.CUDA, index);
        }

        IEnumerable<string> gpus = Enumerable.Range(0, available).Select(i => string.Create(CultureInfo.InvariantCulture, $"{Cuda}:{i}"));
        string devices = string.Join(", ", gpus.Prepend(Cpu));
        if (fallback)
        {
            channel.Warning(MessageSensitivity.None, $"The device {Cuda}:{index} is not there; computing on the CPU. Devices: {devices}.");
            return torch.CPU;
        }

        throw new InvalidOperationException(
            $"The device {Cuda}:{index} was asked for and is not there. Devices: {devices}. "
            + "Set Device to one of them, add the package of a CUDA runtime of TorchSharp, or set MLContext.FallbackToCpu.");
    }

    private static bool IsCpu(string device) => string.Equals(device, Cpu, StringComparison.OrdinalIgnoreCase);

    private static int? CudaIndex(string device)
    {
        if (string.Equals(device, Cuda, StringComparison.OrdinalIgnoreCase))
        {
            return 0;
        }

        return device.StartsWith(Cuda + ":", StringComparison.OrdinalIgnoreCase)
            && int.TryParse(device.AsSpan(Cuda.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? index
            : null;
    }
}
