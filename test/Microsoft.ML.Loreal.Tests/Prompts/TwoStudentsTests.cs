using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>The distillation of so many classes that the gradients of one image exceed the memory they may take.</summary>
[TestClass]
public sealed class TwoStudentsTests
{
    private static readonly string[] _names =
        [.. Enumerable.Range(0, 60).Select(c => $"{(char)('a' + (c % 26))}{new string('x', c / 26)}")];
    private static readonly CharacterVocabulary _vocabulary = new();

    [TestMethod]
    [DataRow("CoOp", 0.7, 1L)]
    [DataRow("CoOp", 1.0, 400_000L)]
    [DataRow("MaPLe", 0.7, 1L)]
    [DataRow("MMA", 0.7, 1L)]
    [DataRow("MMRL", 0.7, 1L)]
    public void LossesAndGradientsOfSomeClassesAtATimeAreThoseOfAll(string name, double mix, long maxElements)
    {
        using DisposeScope scope = NewDisposeScope();
        using ClipModel model = TinyClip.CreateModel(TinyClip.Config with { TextLayers = 4, VisionLayers = 3 });
        PromptMethod method = name switch
        {
            "CoOp" => PromptMethod.CoOp(2),
            "MaPLe" => PromptMethod.MaPLe(2, 2),
            "MMA" => PromptMethod.Mma(2, 3, 4, 0.5f),
            _ => PromptMethod.Mmrl(2, 3, 3, 8),
        };
        IReadOnlyList<int[]> words = AttributeSlots.Tokenize(_vocabulary, ["color", "leaf shape"]);
        using var slots = new AttributeSlots(model, words, 2, 8, MetaNetInitialization.Default, new Random(4));
        using PromptLearner alpha = method.CreateLearner(model, _vocabulary, _names, slots.TokenCount, new Random(5));
        using PromptLearner beta = method.CreateLearner(model, _vocabulary, _names, slots.TokenCount, new Random(6));
        alpha.Freeze();
        beta.Freeze();
        var settings = new DistillationSettings(ContextBridge.Aligned, 1, 2, 0.1, 1);
        var random = new Random(7);
        Tensor high, low;
        using (no_grad())
        {
            high = alpha.Encode(RandomTensors.Normal(random, 1, CPU, 2, 3, 32, 32));
            low = beta.Encode(RandomTensors.Normal(random, 1, CPU, 2, 3, 16, 16));
        }

        var all = new TwoStudents(alpha, beta, slots, model, settings, long.MaxValue);
        var some = new TwoStudents(alpha, beta, slots, model, settings, maxElements);
        Assert.AreEqual(1, some.ImagesAtOnce, "one image exceeds the memory");
        (float expected, Tensor[] expectedGradients) = Step(all);
        (float actual, Tensor[] gradients) = Step(some);
        Assert.AreEqual(expected, actual, 1e-6 * expected);
        for (int i = 0; i < gradients.Length; i++)
        {
            LearningCheck.Forward(expectedGradients[i], gradients[i], $"gradient {i}");
        }

        Assert.IsTrue(alpha.Parameters.Concat(beta.Parameters).All(p => p.grad is null), "the students are frozen");

        (float Total, Tensor[] Gradients) Step(TwoStudents students)
        {
            foreach (Parameter parameter in slots.Parameters)
            {
                parameter.grad?.zero_();
            }

            StepLosses losses = students.Losses(high, low, tensor(new long[] { 0, 59 }), mix);
            (losses.Total * 0.5).backward();
            return (losses.Total.item<float>(), [.. slots.Parameters.Select(p => p.grad!.clone())]);
        }
    }
}
