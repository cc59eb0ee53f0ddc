using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tensors;

/// <summary>
/// The numbers of reduced precision that a device multiplies itself; others it has to convert to single precision, one by one, before each
/// product.
/// </summary>
/// <param name="BFloat16">Whether it multiplies bfloat16.</param>
/// <param name="Half">Whether it multiplies IEEE half precision.</param>
internal sealed record NativeProducts(bool BFloat16, bool Half)
{
    private const int Features = 7; // the leaf of CPUID
    private const int AmxBFloat16 = 1 << 22;
    private const int Avx512Half = 1 << 23;
    private const int Avx512BFloat16 = 1 << 5;
    private const int AmxHalf = 1 << 21;

    // From Ampere on.
    private const int CapabilityWithBFloat16 = 8;

    /// <summary>Those of this machine's processor. Tests set others.</summary>
    public static NativeProducts Processor { get; set; } = OfThisProcessor();

    /// <summary>Those of a device. A GPU whose driver does not tell its compute capability counts as one without bfloat16.</summary>
    public static NativeProducts Of(Device device) => device.type == DeviceType.CUDA
        ? new NativeProducts(CudaDriver.ComputeCapability(Math.Max(device.index, 0)) >= CapabilityWithBFloat16, true)
        : Processor;

    /// <summary>Those of an x86 processor.</summary>
    /// <param name="wide">Whether it and the operating system have AVX-512, without which nothing else here is used.</param>
    /// <param name="edx">EDX of leaf 7, subleaf 0.</param>
    /// <param name="eax">EAX of leaf 7, subleaf 1.</param>
    public static NativeProducts OfX86(bool wide, int edx, int eax) => new(
        wide && ((edx & AmxBFloat16) != 0 || (eax & Avx512BFloat16) != 0),
        wide && ((edx & Avx512Half) != 0 || (eax & AmxHalf) != 0));

    private static NativeProducts OfThisProcessor()
    {
        if (!X86Base.IsSupported)
        {
            // The 64-bit Arm processors that TorchSharp has a libtorch for are of ARMv8.2 or later and multiply half precision; nothing
            // tells whether one multiplies bfloat16.
            return new NativeProducts(false, RuntimeInformation.ProcessArchitecture == Architecture.Arm64);
        }

        (int highestLeaf, _, _, _) = X86Base.CpuId(0, 0);
        if (highestLeaf < Features)
        {
            return new NativeProducts(false, false);
        }

        (int highestSubleaf, _, _, int edx) = X86Base.CpuId(Features, 0);
        return OfX86(Avx512F.IsSupported, edx, highestSubleaf >= 1 ? X86Base.CpuId(Features, 1).Eax : 0);
    }
}
