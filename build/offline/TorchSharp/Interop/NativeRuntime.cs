using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace TorchSharp;

/// <summary>What has to be right before and after libtorch loads: the environment that its libraries read, threads, BLAS.</summary>
internal static partial class NativeRuntime
{
    private static readonly Lock Gate = new();
    private static bool s_prepared;

    /// <summary>Loads the native library once, in an environment that suits it.</summary>
    internal static void Prepare()
    {
        lock (Gate)
        {
            if (s_prepared)
            {
                return;
            }
            s_prepared = true;
            // libgomp and OpenBLAS read these when they load; Environment.SetEnvironmentVariable would not reach their getenv.
            setenv("OMP_WAIT_POLICY", "passive", overwrite: 0);
            if (Avx512F.IsSupported && Environment.GetEnvironmentVariable("OPENBLAS_CORETYPE") == "Haswell")
            {
                unsetenv("OPENBLAS_CORETYPE");
            }
            NativeLibrary.Load("lorealtorch", typeof(NativeRuntime).Assembly, null);
        }
        Check(NativeMethods.lt_set_num_threads(ProcessorTopology.PhysicalCores()));
        if (LoadedBlas.Find() is { IsReference: true } blas)
        {
            Console.Error.WriteLine(
                $"warning: libtorch runs on the reference BLAS ({blas.Path}), tens of times slower than OpenBLAS; install libopenblas0-openmp.");
        }
    }

    /// <summary>Turns a native error code into the exception that TorchSharp throws.</summary>
    internal static void Check(int code)
    {
        if (code != 0)
        {
            throw new ExternalException(Marshal.PtrToStringUTF8(NativeMethods.lt_error()));
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unsetenv(string name);
}
