namespace TorchSharp.Modules;

public abstract class OptimizerState
{
    protected Parameter _parameter;

    protected OptimizerState(Parameter parameter)
    {
        _parameter = parameter;
    }

    public abstract void Initialize(OptimizerOptions options);

    public abstract void LoadStateDict(OptimizerState source);

    public virtual void to(torch.Device device)
    {
    }

    public virtual bool ApproximatelyEquals(OptimizerState other) => ReferenceEquals(this, other);

    // State outlives the scope of the step that makes it.
    internal torch.Tensor Empty() => torch.zeros_like(_parameter).DetachFromDisposeScope();

    internal static void Replace(ref torch.Tensor? mine, torch.Tensor? other, bool copy)
    {
        using var _ = torch.no_grad();
        var old = mine;
        mine = copy ? other?.detach().clone().DetachFromDisposeScope() : other?.DetachFromDisposeScope();
        if (!ReferenceEquals(old, mine))
        {
            old?.Dispose();
        }
    }

    internal static bool Close(torch.Tensor? a, torch.Tensor? b) =>
        a is null || b is null ? a is null && b is null : Operator.CallScalar("allclose", "", a, b).ToBoolean();
}
