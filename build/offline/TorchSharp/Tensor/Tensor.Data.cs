using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public unsafe Span<byte> bytes
        {
            get
            {
                nint data = ContiguousCpuData(out long length);
                return new Span<byte>((void*)data, checked((int)length));
            }

            set
            {
                nint data = ContiguousCpuData(out long length);
                if (length != value.Length)
                {
                    throw new ArgumentException("Mismatched data sizes in SetBytes().");
                }
                value.CopyTo(new Span<byte>((void*)data, value.Length));
            }
        }

        public TensorAccessor<T> data<T>()
            where T : unmanaged
        {
            if (device_type != DeviceType.CPU)
            {
                throw new InvalidOperationException(
                    "Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
            }
            ScalarType type = dtype;
            if (typeof(T) != typeof(byte) || type != ScalarType.Byte)
            {
                Validate(typeof(T), type);
            }
            return new TensorAccessor<T>(this);
        }

        public T item<T>()
            where T : unmanaged
        {
            if (NumberOfElements != 1)
            {
                throw new ArgumentException("Number of elements in the tensor must be 1");
            }
            using Tensor here = device_type == DeviceType.CPU ? alias() : cpu();
            using Utils.TensorAccessor<T> values = here.data<T>();
            return values[0];
        }

        public Scalar ToScalar()
        {
            if (NumberOfElements != 1)
            {
                throw new ArgumentException("Number of elements in the tensor must be 1");
            }
            return Operator.CallScalar("item", "", this);
        }

        public T ReadCpuValue<T>(long i)
            where T : unmanaged => data<T>().At(i);

        public float ReadCpuSingle(long i) => ReadCpuValue<float>(i);

        public double ReadCpuDouble(long i) => ReadCpuValue<double>(i);

        public long ReadCpuInt64(long i) => ReadCpuValue<long>(i);

        public int ReadCpuInt32(long i) => ReadCpuValue<int>(i);

        public short ReadCpuInt16(long i) => ReadCpuValue<short>(i);

        public byte ReadCpuByte(long i) => ReadCpuValue<byte>(i);

        public sbyte ReadCpuSByte(long i) => ReadCpuValue<sbyte>(i);

        public bool ReadCpuBool(long i) => ReadCpuValue<bool>(i);

        public void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            using Tensor whole = contiguous();
            Transfer(whole, 1 << 20, span => stream.Write(span));
        }

        public void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            using Tensor whole = torch.empty(shape, dtype);
            Transfer(whole, 1 << 20, span => stream.ReadExactly(span));
            using (no_grad())
            {
                copy_(whole);
            }
        }

        internal nint CpuData()
        {
            NativeRuntime.Check(NativeMethods.lt_data(Handle, out nint data));
            return data;
        }

        private static unsafe void Transfer(Tensor whole, int block, SpanAction action)
        {
            nint data = whole.ContiguousCpuData(out long length);
            for (long done = 0; done < length; done += block)
            {
                action(new Span<byte>((byte*)data + done, (int)Math.Min(block, length - done)));
            }
            GC.KeepAlive(whole);
        }

        private static void Validate(Type requested, ScalarType type)
        {
            bool fits = type == ScalarType.BFloat16 ? requested == typeof(float) || requested == typeof(ushort)
                : ElementTypes.ScalarTypeOf(requested) == type;
            if (!fits)
            {
                throw new ArgumentException($"{requested.Name} is not compatible with {type}");
            }
        }

        private nint ContiguousCpuData(out long length)
        {
            TensorDescription description = Describe();
            if (description.IsContiguous == 0)
            {
                throw new InvalidOperationException("Bytes() called on non-contiguous tensor.");
            }
            if (description.DeviceType != (int)DeviceType.CPU)
            {
                throw new InvalidOperationException(
                    "Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
            }
            length = description.Elements * description.ElementSize;
            return CpuData();
        }

        private delegate void SpanAction(Span<byte> span);
    }
}
