namespace TorchSharp;

public static partial class torch
{
    /// <summary>Owns one reference to a native tensor.</summary>
    public partial class Tensor : IScoped
    {
        private static long s_total;
        private static long s_peak;

        private nint _handle;

        internal Tensor(nint handle)
        {
            _handle = handle;
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
        }
    }
}
