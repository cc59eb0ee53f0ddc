using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tensors;

/// <summary>A copy of the trained tensors of a student that is kept but not scored.</summary>
internal sealed class SavedState : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = [];

    /// <summary>The tensors; the caller does not own them.</summary>
    public IEnumerable<(string Name, Tensor Value)> Tensors => _tensors.Select(t => (t.Key, t.Value));

    /// <summary>A tensor by its name.</summary>
    public Tensor this[string name] => _tensors.TryGetValue(name, out Tensor? value)
        ? value
        : throw new InvalidDataException($"The student has no tensor \"{name}\"; it was trained with another prompt method.");

    /// <summary>Copies named tensors.</summary>
    public static SavedState Copy(IEnumerable<(string Name, Tensor Value)> state)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        var copy = new SavedState();
        foreach ((string name, Tensor value) in state)
        {
            copy._tensors[name] = value.detach().clone().DetachFromDisposeScope();
        }

        return copy;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
