namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public long Dimensions => NativeMethods.lt_dim(Handle);

        public long ndim => Dimensions;

        public long NumberOfElements => NativeMethods.lt_numel(Handle);

        public long ElementSize => Describe().ElementSize;

        public ScalarType dtype => (ScalarType)NativeMethods.lt_dtype(Handle);

        public unsafe long[] shape
        {
            get
            {
                long[] sizes = new long[Dimensions];
                fixed (long* first = sizes)
                {
                    NativeRuntime.Check(NativeMethods.lt_shape(Handle, first));
                }
                return sizes;
            }
        }

        public Device device
        {
            get
            {
                TensorDescription description = Describe();
                return new Device((DeviceType)description.DeviceType, description.DeviceIndex);
            }
        }

        public DeviceType device_type => (DeviceType)Describe().DeviceType;

        public int device_index => Describe().DeviceIndex;

        public bool is_cuda => device_type == DeviceType.CUDA;

        public bool is_meta => device_type == DeviceType.META;

        public bool is_sparse => Describe().IsSparse != 0;

        public long dim() => Dimensions;

        public long numel() => NumberOfElements;

        public long element_size() => ElementSize;

        public long[] size() => shape;

        public long size(int dim) => shape[Wrap(dim)];

        public unsafe long[] stride()
        {
            long[] strides = new long[Dimensions];
            fixed (long* first = strides)
            {
                NativeRuntime.Check(NativeMethods.lt_strides(Handle, first));
            }
            return strides;
        }

        public long stride(int dim) => stride()[Wrap(dim)];

        public long storage_offset() => Describe().StorageOffset;

        public bool is_contiguous() => Describe().IsContiguous != 0;

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_integral() => torch.is_integral(dtype);

        public bool is_floating_point() => torch.is_floating_point(dtype);

        public bool is_complex() => torch.is_complex(dtype);

        public bool is_conj() => Describe().IsConjugated != 0;

        public bool is_neg() => Describe().IsNegated != 0;

        public bool is_nonzero() => Operator.CallScalar("is_nonzero", "", this).ToBoolean();

        public bool is_pinned() => Operator.CallScalar("is_pinned", "", this).ToBoolean();

        internal TensorDescription Describe()
        {
            NativeRuntime.Check(NativeMethods.lt_describe(Handle, out TensorDescription description));
            GC.KeepAlive(this);
            return description;
        }

        private int Wrap(int dim) => dim < 0 ? dim + (int)Dimensions : dim;
    }
}
