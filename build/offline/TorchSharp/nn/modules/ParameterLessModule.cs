namespace TorchSharp.Modules;

public interface IParameterLessModule
{
}

// A module that has nothing to convert, move or save.
public abstract class ParameterLessModule<T1, TResult> : torch.nn.Module<T1, TResult>, IParameterLessModule
{
    protected ParameterLessModule(string name)
        : base(name)
    {
    }

    public override void register_buffer(string name, torch.Tensor tensor, bool persistent = true) => throw Refusal("buffers");

    public override void register_parameter(string name, Parameter param) => throw Refusal("parameters");

    public override void register_module(string name, torch.nn.Module submodule) => throw Refusal("submodules");

    private InvalidOperationException Refusal(string what) => new($"Cannot register {what} with {GetName()}, a module without parameters.");
}
