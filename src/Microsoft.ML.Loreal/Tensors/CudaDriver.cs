using System.Runtime.InteropServices;

namespace Microsoft.ML.Loreal.Tensors;

/// <summary>What NVIDIA's driver tells about a GPU; TorchSharp only tells that it is there.</summary>
internal static unsafe class CudaDriver
{
    private const int ComputeCapabilityMajor = 75; // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR

    /// <summary>The major number of a GPU's compute capability.</summary>
    /// <param name="index">The GPU, as CUDA counts them.</param>
    /// <returns>Null where there is no such GPU or no driver.</returns>
    public static int? ComputeCapability(int index)
    {
        // The driver stays loaded: libtorch uses it too.
        if (!NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out nint driver)
            || !NativeLibrary.TryGetExport(driver, "cuInit", out nint initialize)
            || !NativeLibrary.TryGetExport(driver, "cuDeviceGet", out nint find)
            || !NativeLibrary.TryGetExport(driver, "cuDeviceGetAttribute", out nint ask))
        {
            return null;
        }

        int device, value;
        return ((delegate* unmanaged<uint, int>)initialize)(0) == 0
            && ((delegate* unmanaged<int*, int, int>)find)(&device, index) == 0
            && ((delegate* unmanaged<int*, int, int, int>)ask)(&value, ComputeCapabilityMajor, device) == 0
            ? value
            : null;
    }
}
