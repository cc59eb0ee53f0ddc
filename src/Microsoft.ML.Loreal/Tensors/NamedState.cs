using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tensors;

/// <summary>Reading saved tensors into the tensors that are trained.</summary>
internal static class NamedState
{
    /// <summary>Copies saved values into a trained state.</summary>
    /// <param name="state">The tensors that are trained.</param>
    /// <param name="values">Gives the saved tensor of a name; throws where there is none.</param>
    /// <exception cref="InvalidDataException">A saved tensor has another shape.</exception>
    public static void Load(IEnumerable<(string Name, Tensor Value)> state, Func<string, Tensor> values)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach ((string name, Tensor value) in state)
        {
            Copy(name, values(name), value);
        }
    }

    /// <summary>Copies one tensor, after a check of its shape.</summary>
    /// <exception cref="InvalidDataException">The shapes differ.</exception>
    public static void Copy(string name, Tensor source, Tensor target)
    {
        if (!source.shape.AsSpan().SequenceEqual(target.shape))
        {
            throw new InvalidDataException(
                $"The tensor \"{name}\" has the shape [{string.Join(", ", source.shape)}], expected [{string.Join(", ", target.shape)}].");
        }

        target.copy_(source);
    }
}
