using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PromptKD;

/// <summary>The loss of PromptKD.</summary>
internal static class PromptKDLoss
{
    /// <summary>
    /// T^2 KL(teacher || student) of the predictions at temperature T, divided by the number of images times the number of classes.
    /// </summary>
    /// <param name="teacher">[B, C], the teacher's probabilities at temperature T; they may contain zeros.</param>
    /// <param name="student">[B, C], the student's logits.</param>
    /// <param name="temperature">T.</param>
    public static Tensor Distillation(Tensor teacher, Tensor student, double temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor prediction = (student / temperature).log_softmax(1);
        Tensor divergence = teacher.xlogy(teacher) - (teacher * prediction); // p log p is 0 for p = 0
        return (divergence.mean() * (temperature * temperature)).MoveToOuterDisposeScope();
    }
}
