namespace TorchSharp;

public static partial class torch
{
    /// <summary>Owns one reference to a native tensor.</summary>
    public partial class Tensor : IScoped
    {
        // Below this the bookkeeping would cost more than the collector gains from knowing.
        private const long PressureThreshold = 1024;

        private static long s_total;
        private static long s_peak;

        private nint _handle;
        private long _pressure;

        internal Tensor(nint handle)
            : this(handle, 0)
        {
        }

        /// <summary>Takes over a reference; <paramref name="ownedBytes"/> is the storage that only this tensor keeps alive.</summary>
        internal Tensor(nint handle, long ownedBytes)
        {
            _handle = handle;
            if (ownedBytes >= PressureThreshold)
            {
                _pressure = ownedBytes;
                GC.AddMemoryPressure(ownedBytes);
            }
            long total = Interlocked.Increment(ref s_total);
            if (total > s_peak)
            {
                s_peak = total;
            }
            DisposeScopeManager.Current.Register(this);
        }

        ~Tensor() => Dispose(false);

        public static long TotalCount => s_total;

        public static long PeakCount => s_peak;

        public string? name { get; set; }

        public bool IsInvalid => _handle == 0;

        public IntPtr Handle => _handle != 0 ? _handle : throw new InvalidOperationException("Tensor invalid -- empty handle.");

        DisposeScope? IScoped.Scope
        {
            get => OwningScope;
            set => OwningScope = value;
        }

        internal DisposeScope? OwningScope { get; private set; }

        public static Tensor UnsafeCreateTensor(IntPtr handle) => new(handle);

        public IntPtr DecoupleFromNativeHandle()
        {
            nint handle = Handle;
            OwningScope?.Detach(this);
            GC.SuppressFinalize(this);
            Forget();
            return handle;
        }

        public Tensor MoveToOuterDisposeScope()
        {
            OwningScope?.MoveToOuter(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(DisposeScope other)
        {
            if (OwningScope is null)
            {
                other?.Attach(this);
            }
            else
            {
                OwningScope.MoveToOther(other!, this);
            }
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningScope!);

        public Tensor DetachFromDisposeScope()
        {
            OwningScope?.Detach(this);
            return this;
        }

        public Tensor alias() => new(NativeMethods.lt_share(Handle));

        public void Dispose()
        {
            if (_handle != 0)
            {
                if (OwningScope is null)
                {
                    DisposeScopeManager.Statistics.TensorStatistics.CountDisposedOutsideScope();
                }
                else
                {
                    OwningScope.MarkAsDisposed(this);
                }
            }
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        public override bool Equals(object? obj) => obj is Tensor other && Equals(other);

        public bool Equals(Tensor target) =>
            ReferenceEquals(this, target) || (target is not null && Operator.CallScalar("equal", "", this, target).ToBoolean());

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

        /// <summary>Releases the native reference. On the finalizer's thread no other managed object may be touched.</summary>
        protected virtual void Dispose(bool disposing)
        {
            nint handle = _handle;
            if (handle != 0)
            {
                Forget();
                NativeMethods.lt_release(handle);
            }
        }

        private void Forget()
        {
            _handle = 0;
            Interlocked.Decrement(ref s_total);
            if (_pressure != 0)
            {
                GC.RemoveMemoryPressure(_pressure);
                _pressure = 0;
            }
        }
    }
}
