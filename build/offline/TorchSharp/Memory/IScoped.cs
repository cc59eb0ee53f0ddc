namespace TorchSharp;

/// <summary>A disposable that knows the scope that owns it.</summary>
internal interface IScoped : IDisposable
{
    DisposeScope? Scope { get; set; }
}
