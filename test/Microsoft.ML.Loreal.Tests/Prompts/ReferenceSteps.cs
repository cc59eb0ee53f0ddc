using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>
/// The optimizer steps of a method's reference program: the loss of each, the gradients of the first, and the change after the last.
/// </summary>
internal static class ReferenceSteps
{
    /// <summary>Takes the steps of a variant and compares them.</summary>
    /// <param name="learner">What learns; it has the starting values.</param>
    /// <param name="run">The batches.</param>
    /// <param name="files">The reference numbers.</param>
    /// <param name="name">The variant.</param>
    /// <param name="optimizer">The optimizer over the learner's parameters.</param>
    /// <param name="compareLosses">Further comparisons of a step with the numbers that the reference has of it; null for none.</param>
    public static void Check(
        PromptLearner learner,
        ReferenceRun run,
        ReferenceFiles files,
        string name,
        optim.Optimizer optimizer,
        Action<JsonElement, PromptLosses>? compareLosses = null)
    {
        JsonElement steps = files.Variant(name).GetProperty("steps");
        for (int step = 0; step < steps.GetArrayLength(); step++)
        {
            using DisposeScope scope = NewDisposeScope();
            PromptLosses losses = learner.Losses(States(learner, run, step), run.Targets(step));
            LearningCheck.Forward(steps[step].GetProperty("loss").GetDouble(), losses.Total.item<float>(), $"loss of step {step}");
            compareLosses?.Invoke(steps[step], losses);
            optimizer.zero_grad();
            losses.Total.backward();
            if (step == 0)
            {
                foreach ((string parameter, Tensor value) in learner.State)
                {
                    LearningCheck.Gradient(files.Tensor($"{name}.grad.{parameter}"), value.grad!, parameter);
                }
            }

            optimizer.step();
        }

        foreach ((string parameter, Tensor value) in learner.State)
        {
            LearningCheck.Change(
                files.Tensor($"{name}.param.{parameter}"),
                files.Tensor($"{name}.step{steps.GetArrayLength()}.{parameter}"),
                value,
                parameter);
        }
    }

    /// <summary>What training caches of a step's images.</summary>
    public static Tensor States(PromptLearner learner, ReferenceRun run, int step)
    {
        using IDisposable noGrad = no_grad();
        return learner.FrozenStates(run.Pixels(run.High, step));
    }
}
