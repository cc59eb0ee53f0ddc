using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training.Checkpoints;

/// <summary>What an optimizer remembers from step to step, as named tensors.</summary>
internal static class OptimizerTensors
{
    private const string Prefix = "optimizer.";

    /// <summary>The tensors. Those that the optimizer owns are not copied.</summary>
    public static IEnumerable<(string Name, Tensor Value)> Of(OptimizerHelper optimizer)
    {
        List<OptimizerState> states = optimizer.state_dict().State;
        for (int i = 0; i < states.Count; i++)
        {
            switch (states[i])
            {
                // SGD has no momentum before its first step.
                case SGD.State { momentum_buffer: { } momentum }:
                    yield return (Name(i, "momentum"), momentum);
                    break;
                case Adam.State { exp_avg: { } mean, exp_avg_sq: { } square } adam:
                    yield return (Name(i, "step"), tensor(adam.step, int64, CPU));
                    yield return (Name(i, "mean"), mean);
                    yield return (Name(i, "square"), square);
                    break;
                case AdamW.State { exp_avg: { } mean, exp_avg_sq: { } square } adam:
                    yield return (Name(i, "step"), tensor(adam.step, int64, CPU));
                    yield return (Name(i, "mean"), mean);
                    yield return (Name(i, "square"), square);
                    break;
            }
        }
    }

    /// <summary>Gives a new optimizer what <see cref="Of"/> gave.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="saved">Gives the tensor of a name, or null where there is none.</param>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape.</exception>
    public static void Restore(OptimizerHelper optimizer, Func<string, Tensor?> saved)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        List<OptimizerState> states = optimizer.state_dict().State;
        Parameter[] parameters = [.. optimizer.parameters()];
        for (int i = 0; i < states.Count; i++)
        {
            switch (states[i])
            {
                case SGD.State sgd when saved(Name(i, "momentum")) is { } momentum:
                    sgd.momentum_buffer = zeros_like(parameters[i]).DetachFromDisposeScope();
                    NamedState.Copy(Name(i, "momentum"), momentum, sgd.momentum_buffer);
                    break;
                case Adam.State { exp_avg: { } mean, exp_avg_sq: { } square } adam:
                    adam.step = Required(i, "step").item<long>();
                    Load(i, mean, square);
                    break;
                case AdamW.State { exp_avg: { } mean, exp_avg_sq: { } square } adam:
                    adam.step = Required(i, "step").item<long>();
                    Load(i, mean, square);
                    break;
            }
        }

        void Load(int parameter, Tensor mean, Tensor square)
        {
            NamedState.Copy(Name(parameter, "mean"), Required(parameter, "mean"), mean);
            NamedState.Copy(Name(parameter, "square"), Required(parameter, "square"), square);
        }

        Tensor Required(int parameter, string what) =>
            saved(Name(parameter, what)) ?? throw new InvalidDataException($"There is no tensor \"{Name(parameter, what)}\".");
    }

    private static string Name(int parameter, string what) => $"{Prefix}{parameter}.{what}";
}
