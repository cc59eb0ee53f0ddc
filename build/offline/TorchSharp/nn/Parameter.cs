namespace TorchSharp.Modules;

public class Parameter : torch.Tensor
{
    // The parameter takes the tensor's place, in its dispose scope too: the tensor that was given is no longer valid.
    public Parameter(torch.Tensor data, bool requires_grad = true)
        : base(TakeOver(data, out var scope))
    {
        if (scope is null)
        {
            DetachFromDisposeScope();
        }
        else if (!ReferenceEquals(scope, OwningScope))
        {
            MoveToOtherDisposeScope(scope);
        }
        this.requires_grad = requires_grad;
    }

    private static nint TakeOver(torch.Tensor data, out DisposeScope? scope)
    {
        scope = data.OwningScope;
        return data.DecoupleFromNativeHandle();
    }
}
