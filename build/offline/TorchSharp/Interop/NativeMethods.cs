using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>The C ABI of liblorealtorch. Entries that return int answer 0 or an error code, see <see cref="NativeRuntime.Check"/>.</summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = "lorealtorch";

    static NativeMethods() => NativeRuntime.Prepare();

    [LibraryImport(Library)]
    internal static partial nint lt_error();

    [LibraryImport(Library)]
    internal static partial nint lt_version();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int lt_operator(string name, string overload, out nint handle);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int lt_operator_arity(string name, string overload);

    [LibraryImport(Library)]
    internal static partial int lt_call(nint handle, NativeArgument* arguments, int given, int discard, NativeResult** first, int* count);

    [LibraryImport(Library)]
    internal static partial void lt_release(nint tensor);

    [LibraryImport(Library)]
    internal static partial nint lt_share(nint tensor);

    [LibraryImport(Library)]
    internal static partial int lt_describe(nint tensor, out TensorDescription description);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial long lt_dim(nint tensor);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial long lt_numel(nint tensor);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int lt_dtype(nint tensor);

    [LibraryImport(Library)]
    internal static partial int lt_shape(nint tensor, long* sizes);

    [LibraryImport(Library)]
    internal static partial int lt_strides(nint tensor, long* strides);

    [LibraryImport(Library)]
    internal static partial int lt_data(nint tensor, out nint data);

    [LibraryImport(Library)]
    internal static partial int lt_requires_grad(nint tensor);

    [LibraryImport(Library)]
    internal static partial int lt_set_requires_grad(nint tensor, int value);

    [LibraryImport(Library)]
    internal static partial int lt_is_leaf(nint tensor);

    [LibraryImport(Library)]
    internal static partial int lt_grad(nint tensor, out nint grad);

    [LibraryImport(Library)]
    internal static partial int lt_set_grad(nint tensor, nint grad);

    [LibraryImport(Library)]
    internal static partial int lt_set_data(nint tensor, nint data);

    [LibraryImport(Library)]
    internal static partial int lt_backward(
        nint* tensors, int count, nint* grads, int gradCount, int retainGraph, int createGraph, nint* inputs, int inputCount);

    [LibraryImport(Library)]
    internal static partial int lt_gradients(
        nint* outputs, int count, nint* inputs, int inputCount, nint* grads, int gradCount, int retainGraph, int createGraph,
        int allowUnused, NativeResult** first, int* found);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int lt_is_grad_enabled();

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial void lt_set_grad_enabled(int value);

    [LibraryImport(Library)]
    internal static partial nint lt_enter_inference_mode(int enabled);

    [LibraryImport(Library)]
    internal static partial void lt_leave_inference_mode(nint mode);

    [LibraryImport(Library)]
    internal static partial int lt_is_inference_mode();

    [LibraryImport(Library)]
    internal static partial int lt_get_num_threads();

    [LibraryImport(Library)]
    internal static partial int lt_set_num_threads(int count);

    [LibraryImport(Library)]
    internal static partial int lt_get_num_interop_threads();

    [LibraryImport(Library)]
    internal static partial int lt_set_num_interop_threads(int count);

    [LibraryImport(Library)]
    internal static partial int lt_default_dtype();

    [LibraryImport(Library)]
    internal static partial int lt_set_default_dtype(int dtype);

    [LibraryImport(Library)]
    internal static partial int lt_manual_seed(ulong seed);

    [LibraryImport(Library)]
    internal static partial int lt_new_generator(ulong seed, int deviceType, int deviceIndex, out nint generator);

    [LibraryImport(Library)]
    internal static partial int lt_default_generator(int deviceType, int deviceIndex, out nint generator);

    [LibraryImport(Library)]
    internal static partial void lt_release_generator(nint generator);

    [LibraryImport(Library)]
    internal static partial int lt_generator_set_seed(nint generator, ulong seed);

    [LibraryImport(Library)]
    internal static partial int lt_generator_fresh_seed(nint generator, out ulong seed);

    [LibraryImport(Library)]
    internal static partial int lt_generator_seed(nint generator, out ulong seed);

    [LibraryImport(Library)]
    internal static partial int lt_generator_state(nint generator, out nint state);

    [LibraryImport(Library)]
    internal static partial int lt_generator_set_state(nint generator, nint state);

    [LibraryImport(Library)]
    internal static partial int lt_cuda_device_count();

    [LibraryImport(Library)]
    internal static partial int lt_cuda_has_cudnn();

    [LibraryImport(Library)]
    internal static partial int lt_cuda_seed(ulong seed, int all);

    [LibraryImport(Library)]
    internal static partial int lt_cuda_synchronize(int device);

    [LibraryImport(Library)]
    internal static partial int lt_get_tf32(int cudnn);

    [LibraryImport(Library)]
    internal static partial int lt_set_tf32(int cudnn, int value);
}
