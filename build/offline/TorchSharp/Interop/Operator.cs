using System.Collections.Concurrent;
using System.Text;

namespace TorchSharp;

/// <summary>
/// Calls ATen operators by name and overload, as in native_functions.yaml: <c>Operator.Call("add", "Tensor", a, b)</c>.
/// Trailing arguments that are left out, and <see cref="Argument.Default"/>, take the schema's defaults. Every tensor that
/// comes back is new to the caller and belongs to the thread's current dispose scope.
/// </summary>
internal static unsafe class Operator
{
    private static readonly ConcurrentDictionary<(string Name, string Overload), nint> Handles = new(new NameComparer());

    /// <summary>Whether this libtorch has the operator: names and overloads differ a little between versions.</summary>
    internal static bool Exists(string name, string overload) => NativeMethods.lt_operator_arity(Qualified(name), overload) >= 0;

    /// <summary>How many parameters the operator has in this libtorch, -1 where there is no such operator.</summary>
    internal static int Arity(string name, string overload) => NativeMethods.lt_operator_arity(Qualified(name), overload);

    /// <summary>Calls an operator that returns one tensor.</summary>
    internal static torch.Tensor Call(string name, string overload, params ReadOnlySpan<Argument> arguments)
    {
        ReadOnlySpan<NativeResult> results = Invoke(name, overload, arguments, discard: false);
        return Take(results[0], name);
    }

    /// <summary>Calls an operator that returns two tensors.</summary>
    internal static (torch.Tensor First, torch.Tensor Second) CallPair(
        string name, string overload, params ReadOnlySpan<Argument> arguments)
    {
        torch.Tensor[] tensors = CallMany(name, overload, arguments);
        return (tensors[0], tensors[1]);
    }

    /// <summary>Calls an operator that returns three tensors.</summary>
    internal static (torch.Tensor First, torch.Tensor Second, torch.Tensor Third) CallTriple(
        string name, string overload, params ReadOnlySpan<Argument> arguments)
    {
        torch.Tensor[] tensors = CallMany(name, overload, arguments);
        return (tensors[0], tensors[1], tensors[2]);
    }

    /// <summary>Calls an operator that returns several tensors or a list of them. Undefined ones come back as null.</summary>
    internal static torch.Tensor[] CallMany(string name, string overload, params ReadOnlySpan<Argument> arguments)
    {
        ReadOnlySpan<NativeResult> results = Invoke(name, overload, arguments, discard: false);
        return TakeAll(results);
    }

    /// <summary>Calls an in-place operator and returns its first argument, the tensor that it changed.</summary>
    internal static torch.Tensor CallInPlace(string name, string overload, params ReadOnlySpan<Argument> arguments)
    {
        Invoke(name, overload, arguments, discard: true);
        return (torch.Tensor)arguments[0].Reference!;
    }

    /// <summary>Calls an operator for its effect only, such as an <c>out=</c> variant.</summary>
    internal static void Run(string name, string overload, params ReadOnlySpan<Argument> arguments) =>
        Invoke(name, overload, arguments, discard: true);

    /// <summary>Calls an operator that returns a number or a truth value.</summary>
    internal static Scalar CallScalar(string name, string overload, params ReadOnlySpan<Argument> arguments)
    {
        NativeResult result = Invoke(name, overload, arguments, discard: false)[0];
        return result.Tag switch
        {
            ResultTag.Int => (Scalar)result.Value,
            ResultTag.Double => (Scalar)result.Real,
            ResultTag.Bool => (Scalar)(result.Value != 0),
            ResultTag.Complex => (Scalar)new System.Numerics.Complex(result.Real, result.Imaginary),
            _ => throw new InvalidOperationException($"{name} returned no number."),
        };
    }

    internal static torch.Tensor[] TakeAll(ReadOnlySpan<NativeResult> results)
    {
        torch.Tensor[] tensors = new torch.Tensor[results.Length];
        for (int i = 0; i < tensors.Length; i++)
        {
            tensors[i] = results[i].Tag == ResultTag.Tensor ? new torch.Tensor((nint)results[i].Value) : null!;
        }
        return tensors;
    }

    private static torch.Tensor Take(in NativeResult result, string name) => result.Tag == ResultTag.Tensor
        ? new torch.Tensor((nint)result.Value)
        : throw new InvalidOperationException($"{name} returned no tensor.");

    private static string Qualified(string name) => name.Contains("::", StringComparison.Ordinal) ? name : "aten::" + name;

    private static nint Find(string name, string overload)
    {
        if (!Handles.TryGetValue((name, overload), out nint handle))
        {
            NativeRuntime.Check(NativeMethods.lt_operator(Qualified(name), overload, out handle));
            Handles[(name, overload)] = handle;
        }
        return handle;
    }

    // The results live in native memory that the thread's next call reuses: they are read before anything else is called.
    private static ReadOnlySpan<NativeResult> Invoke(string name, string overload, ReadOnlySpan<Argument> arguments, bool discard)
    {
        nint handle = Find(name, overload);
        int scratchBytes = ScratchBytes(arguments);
        byte[]? large = scratchBytes > 1024 ? new byte[scratchBytes] : null;
        Span<byte> scratch = large is null ? stackalloc byte[scratchBytes] : large;
        NativeArgument* native = stackalloc NativeArgument[arguments.Length];
        NativeResult* first;
        int count;
        int code;
        fixed (byte* start = scratch)
        {
            byte* free = start;
            for (int i = 0; i < arguments.Length; i++)
            {
                native[i] = Lower(arguments[i], ref free);
            }
            code = NativeMethods.lt_call(handle, native, arguments.Length, discard ? 1 : 0, &first, &count);
        }
        // A finalizer must not free a tensor between reading its handle and the end of the call.
        foreach (ref readonly Argument argument in arguments)
        {
            GC.KeepAlive(argument.Reference);
        }
        NativeRuntime.Check(code);
        return new ReadOnlySpan<NativeResult>(first, count);
    }

    private static int ScratchBytes(ReadOnlySpan<Argument> arguments)
    {
        int bytes = 0;
        foreach (ref readonly Argument argument in arguments)
        {
            if (argument.Reference is string text)
            {
                bytes += (Encoding.UTF8.GetMaxByteCount(text.Length) + 7) & ~7;
            }
            else if (argument.Reference is Array array)
            {
                bytes += 8 * array.Length;
            }
        }
        return bytes;
    }

    private static NativeArgument Lower(in Argument argument, ref byte* free)
    {
        var native = new NativeArgument { Tag = argument.Tag, Value = argument.Bits };
        switch (argument.Tag)
        {
            case ArgumentTag.Tensor:
                native.Value = ((torch.Tensor)argument.Reference!).Handle;
                break;
            case ArgumentTag.Generator:
                native.Value = ((torch.Generator)argument.Reference!).Handle;
                break;
            case ArgumentTag.Device:
                var device = (torch.Device)argument.Reference!;
                native.Length = (int)device.type;
                native.Value = device.index;
                break;
            case ArgumentTag.IntList:
                LowerNumbers<long>(argument, ref native, ref free);
                break;
            case ArgumentTag.DoubleList:
            case ArgumentTag.Complex:
                LowerNumbers<double>(argument, ref native, ref free);
                break;
            case ArgumentTag.BoolList:
                bool[] flags = (bool[])argument.Reference!;
                (native.Value, native.Length) = ((nint)free, flags.Length);
                foreach (bool flag in flags)
                {
                    *(long*)free = flag ? 1 : 0;
                    free += sizeof(long);
                }
                break;
            case ArgumentTag.TensorList:
            case ArgumentTag.OptionalTensorList:
                var tensors = (torch.Tensor?[])argument.Reference!;
                (native.Value, native.Length) = ((nint)free, tensors.Length);
                foreach (torch.Tensor? tensor in tensors)
                {
                    *(nint*)free = tensor is null ? 0 : tensor.Handle;
                    free += sizeof(nint);
                }
                break;
            case ArgumentTag.String:
                string text = (string)argument.Reference!;
                int capacity = (Encoding.UTF8.GetMaxByteCount(text.Length) + 7) & ~7;
                native.Value = (nint)free;
                native.Length = Encoding.UTF8.GetBytes(text, new Span<byte>(free, capacity));
                free += capacity;
                break;
            default:
                break;
        }
        return native;
    }

    private static void LowerNumbers<T>(in Argument argument, ref NativeArgument native, ref byte* free)
        where T : unmanaged
    {
        T[] values = (T[])argument.Reference!;
        values.CopyTo(new Span<T>(free, values.Length));
        (native.Value, native.Length) = ((nint)free, values.Length);
        free += sizeof(T) * values.Length;
    }

    // Names are short and few and looked up at every call: a hash of a few characters costs less than the default one of all.
    private sealed class NameComparer : IEqualityComparer<(string Name, string Overload)>
    {
        public bool Equals((string Name, string Overload) x, (string Name, string Overload) y) =>
            string.Equals(x.Name, y.Name) && string.Equals(x.Overload, y.Overload);

        public int GetHashCode((string Name, string Overload) key)
        {
            string name = key.Name;
            int length = name.Length;
            return (((((name[0] * 31) + name[length / 2]) * 31) + name[length - 1]) * 31) + (length * 17) + key.Overload.Length;
        }
    }
}
