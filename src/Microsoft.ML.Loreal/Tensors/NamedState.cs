using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tensors;

/// <summary>Reading saved tensors into the tensors that are trained.</summary>
internal static class NamedState
{
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
