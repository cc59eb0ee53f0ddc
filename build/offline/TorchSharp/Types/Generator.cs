namespace TorchSharp;

public static partial class torch
{
    public class Generator : IDisposable
    {
        private nint _handle;

        public Generator(ulong seed = 0, Device? device = null)
        {
            this.device = device ?? CPU;
            NativeRuntime.Check(NativeMethods.lt_new_generator(seed, (int)this.device.type, this.device.index, out _handle));
        }

        private Generator(nint handle, Device device)
        {
            _handle = handle;
            this.device = device;
        }

        ~Generator() => Dispose(false);

        public static Generator Default
        {
            get
            {
                NativeRuntime.Check(NativeMethods.lt_default_generator((int)DeviceType.CPU, -1, out nint handle));
                return new Generator(handle, CPU);
            }
        }

        public Device device { get; }

        public IntPtr Handle => _handle != 0 ? _handle : throw new InvalidOperationException("Generator invalid -- empty handle.");

        public Tensor get_state()
        {
            NativeRuntime.Check(NativeMethods.lt_generator_state(Handle, out nint state));
            return new Tensor(state);
        }

        public void set_state(Tensor value)
        {
            NativeRuntime.Check(NativeMethods.lt_generator_set_state(Handle, value.Handle));
            GC.KeepAlive(value);
        }

        public Generator manual_seed(long seed)
        {
            NativeRuntime.Check(NativeMethods.lt_generator_set_seed(Handle, unchecked((ulong)seed)));
            return this;
        }

        public long seed()
        {
            NativeRuntime.Check(NativeMethods.lt_generator_fresh_seed(Handle, out ulong seed));
            return unchecked((long)seed);
        }

        public long initial_seed()
        {
            NativeRuntime.Check(NativeMethods.lt_generator_seed(Handle, out ulong seed));
            return unchecked((long)seed);
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            nint handle = _handle;
            _handle = 0;
            if (handle != 0)
            {
                NativeMethods.lt_release_generator(handle);
            }
        }
    }
}
