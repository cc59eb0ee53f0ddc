using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    public static string __version__ => Marshal.PtrToStringUTF8(NativeMethods.lt_version())!;

    public static DisposeScope CurrentDisposeScope => DisposeScopeManager.Current.CurrentScope!;

    public static DisposeScope NewDisposeScope() => DisposeScopeManager.Current.Open();

    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using DisposeScope scope = NewDisposeScope();
        return expr().MoveToOuterDisposeScope();
    }

    public static int get_num_threads() => NativeMethods.lt_get_num_threads();

    public static void set_num_threads(int num) => NativeRuntime.Check(NativeMethods.lt_set_num_threads(num));

    public static int get_num_interop_threads() => NativeMethods.lt_get_num_interop_threads();

    public static void set_num_interop_threads(int num) => NativeRuntime.Check(NativeMethods.lt_set_num_interop_threads(num));

    public static bool cuda_is_available() => cuda.is_available();

    public static bool mps_is_available() => false;

    public static class cuda
    {
        public static bool is_available() => device_count() > 0;

        public static int device_count() => NativeMethods.lt_cuda_device_count();

        public static bool is_cudnn_available() => NativeMethods.lt_cuda_has_cudnn() != 0;

        public static void manual_seed(long seed) => NativeRuntime.Check(NativeMethods.lt_cuda_seed(unchecked((ulong)seed), 0));

        public static void manual_seed_all(long seed) => NativeRuntime.Check(NativeMethods.lt_cuda_seed(unchecked((ulong)seed), 1));

        public static void synchronize(Device? device = null) =>
            NativeRuntime.Check(NativeMethods.lt_cuda_synchronize(device is null ? -1 : device.index));
    }

    public static class backends
    {
        public static class cuda
        {
            public static class matmul
            {
                public static bool allow_tf32
                {
                    get => NativeMethods.lt_get_tf32(0) != 0;
                    set => NativeRuntime.Check(NativeMethods.lt_set_tf32(0, value ? 1 : 0));
                }
            }
        }

        public static class cudnn
        {
            public static bool allow_tf32
            {
                get => NativeMethods.lt_get_tf32(1) != 0;
                set => NativeRuntime.Check(NativeMethods.lt_set_tf32(1, value ? 1 : 0));
            }
        }
    }
}
