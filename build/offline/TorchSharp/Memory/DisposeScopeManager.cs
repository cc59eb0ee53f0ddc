namespace TorchSharp;

/// <summary>The open dispose scopes of one thread.</summary>
public class DisposeScopeManager
{
    [ThreadStatic]
    private static DisposeScopeManager? t_current;

    private readonly ThreadDisposeScopeStatistics _statistics = new();

    public static ThreadDisposeScopeStatistics Statistics => Current._statistics;

    internal static DisposeScopeManager Current => t_current ??= new DisposeScopeManager();

    internal DisposeScope? CurrentScope { get; private set; }

    internal DisposeScope Open() => CurrentScope = new DisposeScope(this, CurrentScope);

    /// <summary>Gives a new object to the innermost scope, if there is one.</summary>
    internal void Register(IScoped created)
    {
        if (CurrentScope is null)
        {
            StatisticsOf(created).CountCreatedOutsideScope();
            return;
        }
        created.Scope = CurrentScope;
        CurrentScope.Add(created);
        StatisticsOf(created).CountCreatedInScope();
    }

    /// <summary>Takes a scope off the stack, also when scopes end in another order than they began.</summary>
    internal void Close(DisposeScope scope)
    {
        if (CurrentScope == scope)
        {
            CurrentScope = scope.OuterScope;
            return;
        }
        for (DisposeScope? inner = CurrentScope; inner is not null; inner = inner.OuterScope)
        {
            if (inner.OuterScope == scope)
            {
                inner.OuterScope = scope.OuterScope;
                return;
            }
        }
    }

    internal LifetimeStatistics StatisticsOf(IDisposable disposable) =>
        disposable is torch.Tensor ? _statistics.TensorStatistics : _statistics.PackedSequenceStatistics;
}
