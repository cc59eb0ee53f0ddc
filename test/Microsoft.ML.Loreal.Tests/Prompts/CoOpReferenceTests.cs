using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

[TestClass]
[TestCategory(Fixtures.Category)]
public sealed class CoOpReferenceTests
{
    public static IEnumerable<object[]> Variants => ReferenceFiles.Variants("coop/coop.json");

    [TestMethod]
    [DynamicData(nameof(Variants))]
    public void Variant(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        var files = ReferenceFiles.Open("coop/coop");
        JsonElement variant = files.Variant(name);
        var prompts = ReferencePrompts.Read(files.Root, variant);
        var run = new ReferenceRun(files);
        using ClipModel model = Fixtures.Model("a");
        using ContextLearner learner = CreateLearner(model, prompts, variant);
        Tensor start = files.Tensor($"{name}.param.ctx");
        learner.Load(_ => start);
        Tensor pool = variant.GetProperty("resolution").GetString() == "hr" ? run.High : run.Low;

        CheckPrompts(learner, files, name);
        LearningCheck.Forward(files.Tensor($"{name}.text_features"), learner.TextFeatures(null).squeeze(0), "text features");
        LearningCheck.Forward(files.Tensor($"{name}.logits"), Logits(0), "logits");

        using optim.Optimizer optimizer = run.CreateOptimizer(learner.Parameters);
        JsonElement steps = variant.GetProperty("steps");
        for (int step = 0; step < steps.GetArrayLength(); step++)
        {
            using DisposeScope stepScope = NewDisposeScope();
            Tensor logits = Logits(step);
            Tensor loss = nn.functional.cross_entropy(logits, run.Targets(step));
            LearningCheck.Forward(steps[step].GetProperty("loss").GetDouble(), loss.item<float>(), $"loss of step {step}");
            long correct = logits.argmax(1).eq(run.Targets(step)).sum().item<long>();
            Assert.AreEqual(
                steps[step].GetProperty("acc").GetDouble(), 100.0 * correct / run.Batches[step].Length, 1e-6, $"accuracy of step {step}");
            optimizer.zero_grad();
            loss.backward();
            if (step == 0)
            {
                LearningCheck.Gradient(files.Tensor($"{name}.grad.ctx"), learner.Parameters[0].grad!, "gradient");
            }

            optimizer.step();
        }

        LearningCheck.Change(start, files.Tensor($"{name}.step{steps.GetArrayLength()}.ctx"), learner.Parameters[0], "context");
        LearningCheck.Forward(files.Tensor($"{name}.logits_after"), Logits(0), "logits after training");

        Tensor Logits(int step)
        {
            Tensor features;
            using (no_grad())
            {
                features = learner.ImageFeatures(learner.FrozenStates(run.Pixels(pool, step)));
            }

            return Classifier.Logits(features, learner.TextFeatures(null), model.LogitScale);
        }
    }

    private static ContextLearner CreateLearner(ClipModel model, ReferencePrompts prompts, JsonElement variant)
    {
        ClassNamePosition position = Enum.Parse<ClassNamePosition>(
            variant.GetProperty("class_token_position").GetString()!, ignoreCase: true);
        var layout = new ContextLayout(prompts.ContextTokens, position, variant.GetProperty("csc").GetBoolean());
        return new ContextLearner(model, prompts.Vocabulary, prompts.ClassNames, layout, [], 0, new Random(0));
    }

    private static void CheckPrompts(ContextLearner learner, ReferenceFiles files, string name)
    {
        if (!files.Has($"{name}.prompts"))
        {
            return;
        }

        // The reference pads to the context length; nothing after the end token is read, so only what is before it is compared.
        Tensor expected = files.Tensor($"{name}.prompts");
        PromptParts parts = learner.Prompts(null);
        long classes = parts.Suffix.shape[0];
        for (int c = 0; c < classes; c++)
        {
            long length = parts.End[c].item<long>() + 1;
            Tensor actual = cat([parts.Prefix[0], parts.Suffix[c].narrow(0, 0, length)], 0);
            LearningCheck.Forward(expected[c].narrow(0, 0, actual.shape[0]), actual, $"prompt of class {c}");
        }
    }
}
