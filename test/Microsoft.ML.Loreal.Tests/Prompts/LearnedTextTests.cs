using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>Training a method alone on so many classes that the gradients of their text features exceed the memory they may take.</summary>
[TestClass]
public sealed class LearnedTextTests
{
    private static readonly string[] _names =
        [.. Enumerable.Range(0, 60).Select(c => $"{(char)('a' + (c % 26))}{new string('x', c / 26)}")];

    public static IEnumerable<object[]> Methods =>
    [
        [PromptMethod.CoOp(2)],
        [PromptMethod.CoOp(3, ClassNamePosition.Middle)],
        [PromptMethod.CoOp(2, classSpecific: true)],
        [PromptMethod.MaPLe(2, 2)],
        [PromptMethod.Mma(2, 3, 4, 0.5f)],
        [PromptMethod.Mmrl(2, 3, 3, 8)],
        [PromptMethod.IndependentPrompts(2, 2, 2, 2)],
        [new ShiftMethod()],
    ];

    [TestMethod]
    [DynamicData(nameof(Methods))]
    public void LossesAndGradientsOfSomeClassesAtATimeAreThoseOfAll(PromptMethod method)
    {
        using DisposeScope scope = NewDisposeScope();
        using ClipModel model = TinyClip.CreateModel(TinyClip.Config with { TextLayers = 4, VisionLayers = 3 });
        using PromptLearner learner = method.CreateLearner(model, new CharacterVocabulary(), _names, 0, new Random(5));
        Tensor states = learner.FrozenStates(RandomTensors.Normal(new Random(7), 1, CPU, 4, 3, 16, 16)).detach();
        Tensor labels = tensor(new long[] { 0, 59, 3, 26 });
        const long little = 150_000;
        Assert.IsGreaterThan(little, learner.RetainedElements(null), "the classes exceed the memory");

        (double expected, Tensor[] all) = Step(long.MaxValue);
        foreach (long kept in new[] { 1, little })
        {
            (double actual, Tensor[] some) = Step(kept);
            Assert.AreEqual(expected, actual, 1e-6 * expected);
            for (int p = 0; p < all.Length; p++)
            {
                LearningCheck.Gradient(all[p], some[p], $"{method.Name}, parameter {p}, {kept} numbers kept");
            }
        }

        // Two halves of a batch, so that the second finds gradients of the first.
        (double Total, Tensor[] Gradients) Step(long maxElements)
        {
            foreach (Parameter parameter in learner.Parameters)
            {
                parameter.grad = null;
            }

            double total = 0.0;
            foreach (int first in new[] { 0, 2 })
            {
                PromptLosses losses = learner.Losses(states.narrow(0, first, 2), labels.narrow(0, first, 2), maxElements);
                (losses.Total * 0.5).backward();
                total += losses.Total.item<float>();
            }

            return (total, [.. learner.Parameters.Select(p => p.grad!.clone())]);
        }
    }
}
