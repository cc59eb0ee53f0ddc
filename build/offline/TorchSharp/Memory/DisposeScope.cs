namespace TorchSharp;

/// <summary>Owns what is created on its thread while it is the innermost scope, and disposes it when it ends.</summary>
public sealed class DisposeScope : IDisposable
{
    private readonly DisposeScopeManager _manager;
    private readonly HashSet<IDisposable> _disposables = new(ReferenceEqualityComparer.Instance);
    private bool _closed;

    internal DisposeScope(DisposeScopeManager manager, DisposeScope? outer)
    {
        _manager = manager;
        OuterScope = outer;
    }

    public int DisposablesCount => _disposables.Count;

    public IReadOnlyList<IDisposable> DisposablesView => [.. _disposables];

    internal DisposeScope? OuterScope { get; set; }

    public T MoveToOuter<T>(T disposable)
        where T : IDisposable
    {
        MoveOne(OuterScope, disposable);
        return disposable;
    }

    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second)
        where T1 : IDisposable
        where T2 : IDisposable
    {
        MoveToOuter([first, second]);
        return (first, second);
    }

    public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable
        where T2 : IDisposable
        where T3 : IDisposable
    {
        MoveToOuter([first, second, third]);
        return (first, second, third);
    }

    public void MoveToOuter(params IDisposable[] disposables) => MoveToOuter((IEnumerable<IDisposable>)disposables);

    public void MoveToOuter(IEnumerable<IDisposable> disposables) => MoveToOther(OuterScope!, disposables);

    public T MoveToOther<T>(DisposeScope scope, T disposable)
        where T : IDisposable
    {
        MoveOne(scope, disposable);
        return disposable;
    }

    public (T1 first, T2 second) MoveToOther<T1, T2>(DisposeScope scope, T1 first, T2 second)
        where T1 : IDisposable
        where T2 : IDisposable
    {
        MoveToOther(scope, [first, second]);
        return (first, second);
    }

    public (T1 first, T2 second, T3 third) MoveToOther<T1, T2, T3>(DisposeScope scope, T1 first, T2 second, T3 third)
        where T1 : IDisposable
        where T2 : IDisposable
        where T3 : IDisposable
    {
        MoveToOther(scope, [first, second, third]);
        return (first, second, third);
    }

    public void MoveToOther(DisposeScope scope, params IDisposable[] disposables) =>
        MoveToOther(scope, (IEnumerable<IDisposable>)disposables);

    public void MoveToOther(DisposeScope scope, IEnumerable<IDisposable> disposables)
    {
        foreach (IDisposable disposable in disposables)
        {
            MoveOne(scope, disposable);
        }
    }

    public T Detach<T>(T disposable)
        where T : IDisposable
    {
        MoveOne(null, disposable);
        return disposable;
    }

    public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second)
        where T1 : IDisposable
        where T2 : IDisposable
    {
        Detach([first, second]);
        return (first, second);
    }

    public (T1 first, T2 second, T3 third) Detach<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable
        where T2 : IDisposable
        where T3 : IDisposable
    {
        Detach([first, second, third]);
        return (first, second, third);
    }

    public void Detach(params IDisposable[] disposables) => Detach((IEnumerable<IDisposable>)disposables);

    public void Detach(IEnumerable<IDisposable> disposables)
    {
        foreach (IDisposable disposable in disposables)
        {
            MoveOne(null, disposable);
        }
    }

    public void Attach(IDisposable disposable)
    {
        if (disposable is IScoped scoped)
        {
            scoped.Scope?.Remove(disposable);
            scoped.Scope = this;
        }
        Add(disposable);
        _manager.StatisticsOf(disposable).CountAttached();
    }

    public void Attach(params IDisposable[] disposables) => Attach((IEnumerable<IDisposable>)disposables);

    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        List<IDisposable> attached = [.. disposables];
        attached.ForEach(Attach);
        return attached;
    }

    public void DisposeEverything()
    {
        IDisposable[] leaving = [.. _disposables];
        _disposables.Clear();
        DisposeAll(leaving);
    }

    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        var keep = new HashSet<IDisposable>(inKeep, ReferenceEqualityComparer.Instance);
        IDisposable[] leaving = [.. _disposables.Where(disposable => !keep.Contains(disposable))];
        _disposables.RemoveWhere(disposable => !keep.Contains(disposable));
        DisposeAll(leaving);
    }

    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    public T DisposeEverythingBut<T>(T keep)
        where T : IDisposable
    {
        DisposeEverythingBut([keep]);
        return keep;
    }

    public (T1 first, T2 second) DisposeEverythingBut<T1, T2>(T1 first, T2 second)
        where T1 : IDisposable
        where T2 : IDisposable
    {
        DisposeEverythingBut([first, second]);
        return (first, second);
    }

    public (T1 first, T2 second, T3 third) DisposeEverythingBut<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable
        where T2 : IDisposable
        where T3 : IDisposable
    {
        DisposeEverythingBut([first, second, third]);
        return (first, second, third);
    }

    public void MarkAsDisposed(IDisposable disposable)
    {
        if (disposable is IScoped scoped)
        {
            scoped.Scope = null;
        }
        if (_disposables.Remove(disposable))
        {
            _manager.StatisticsOf(disposable).CountDisposedInScope();
        }
    }

    public bool Contains(IDisposable disposable) => _disposables.Contains(disposable);

    public void Dispose()
    {
        if (_closed)
        {
            return;
        }
        _closed = true;
        DisposeEverything();
        _manager.Close(this);
    }

    internal void Add(IDisposable disposable) => _disposables.Add(disposable);

    private void DisposeAll(IDisposable[] leaving)
    {
        foreach (IDisposable disposable in leaving)
        {
            _manager.StatisticsOf(disposable).CountDisposedInScope();
            disposable.Dispose();
        }
    }

    private void Remove(IDisposable disposable) => _disposables.Remove(disposable);

    private void MoveOne(DisposeScope? target, IDisposable disposable)
    {
        if (!_disposables.Remove(disposable))
        {
            return;
        }
        if (disposable is IScoped scoped)
        {
            scoped.Scope = target;
        }
        if (target is null)
        {
            _manager.StatisticsOf(disposable).CountDetached();
        }
        else
        {
            target.Add(disposable);
        }
    }
}
