namespace Microsoft.ML.Runtime;

/// <summary>The root of a tree of hosts: the seed, the settings, the listeners to messages, and cancellation.</summary>
internal class HostEnvironment : ContextNode, IHostEnvironmentInternal, ICancelable
{
    private readonly object _gate = new();
    private readonly List<WeakReference<HostEnvironment>> _hosts = [];
    private readonly Dictionary<string, object> _options = [];
    private readonly HostEnvironment _root;
    private readonly HostEnvironment _parent;
    private volatile bool _canceled;

    public HostEnvironment(int? seed)
        : base(null, null)
    {
        _root = this;
        Seed = seed;
        Random = SeededRandom.Create(seed);
        ComponentCatalog = new ComponentCatalog();
        TempFilePath = Path.GetTempPath();
    }

    protected HostEnvironment(HostEnvironment parent, string name, SeededRandom random)
        : base(name, parent._parent?.FullName)
    {
        _root = parent._root;
        _parent = parent;
        _canceled = parent._canceled;
        Random = random;
        Seed = parent.Seed;
        ComponentCatalog = parent.ComponentCatalog;
        TempFilePath = parent.TempFilePath;
        GpuDeviceId = parent.GpuDeviceId;
        FallbackToCpu = parent.FallbackToCpu;
    }

    /// <summary>Called with the full name of the source and the message, on the thread that sent it.</summary>
    public event Action<string, ChannelMessage> MessageSent;

    public int? Seed { get; }

    public ComponentCatalog ComponentCatalog { get; }

    public string TempFilePath { get; set; }

    public bool FallbackToCpu { get; set; }

    public int? GpuDeviceId { get; set; }

    public bool IsCanceled => _canceled;

    public override string ContextDescription => _parent is null ? "HostEnvironment" : base.ContextDescription;

    protected SeededRandom Random { get; }

    public override TException Process<TException>(TException ex)
    {
        base.Process(ex);
        if (_parent is null && ex is not null)
        {
            ex.Data[ThrowingComponent] = "Environment";
        }
        return ex;
    }

    public IHost Register(string name, int? seed = null, bool? verbose = null)
    {
        Contracts.CheckNonEmpty(name, nameof(name));
        lock (_gate)
        {
            _hosts.RemoveAll(static host => !host.TryGetTarget(out _));
            var host = new Host(this, name, seed is { } value ? new SeededRandom(value) : new SeededRandom(Random));
            _hosts.Add(new WeakReference<HostEnvironment>(host));
            return host;
        }
    }

    public void CancelExecution()
    {
        lock (_gate)
        {
            _canceled = true;
            foreach (var reference in _hosts)
            {
                if (reference.TryGetTarget(out var host))
                {
                    host.CancelExecution();
                }
            }
            _hosts.Clear();
        }
    }

    public IChannel Start(string name) => new Channel(this, name, Dispatch);

    public IPipe<TMessage> StartPipe<TMessage>(string name)
        => new Pipe<TMessage>(this, name, (source, message) =>
        {
            if (message is ChannelMessage channelMessage)
            {
                Dispatch(source, channelMessage);
            }
        });

    public IProgressChannel StartProgressChannel(string name)
    {
        Contracts.CheckNonEmpty(name, nameof(name));
        return new UnobservedProgressChannel();
    }

    public bool TryAddOption<T>(string name, T value)
    {
        CheckOptionName(name);
        return _options.TryAdd(name, value);
    }

    public void SetOption<T>(string name, T value)
    {
        CheckOptionName(name);
        _options[name] = value;
    }

    public bool TryGetOption<T>(string name, out T value)
    {
        CheckOptionName(name);
        value = _options.GetValueOrDefault(name) is T found ? found : default;
        return _options.GetValueOrDefault(name) is T;
    }

    public T GetOptionOrDefault<T>(string name)
    {
        CheckOptionName(name);
        _options.TryAdd(name, default(T));
        return (T)_options[name];
    }

    public bool RemoveOption(string name)
    {
        CheckOptionName(name);
        return _options.Remove(name);
    }

    private static void CheckOptionName(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new ArgumentNullException(nameof(name));
        }
    }

    private void Dispatch(string source, ChannelMessage message) => _root.MessageSent?.Invoke(source, message);

    private sealed class Host(HostEnvironment parent, string name, SeededRandom random) : HostEnvironment(parent, name, random), IHost
    {
        public Random Rand => Random;
    }
}
