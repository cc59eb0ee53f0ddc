using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

[TestClass]
[TestCategory(Fixtures.Category)]
public sealed class MaPLeReferenceTests
{
    public static IEnumerable<object[]> Variants => ReferenceFiles.Variants("maple/maple.json");

    [TestMethod]
    [DynamicData(nameof(Variants))]
    public void Variant(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        var files = ReferenceFiles.Open("maple/maple");
        JsonElement variant = files.Variant(name);
        var run = new ReferenceRun(files);
        using ClipModel model = Fixtures.Model("a");
        using MaPLeLearner learner = CreateLearner(model, files.Root, variant);
        learner.Load(parameter => files.Tensor($"{name}.param.{parameter}"));

        using (no_grad())
        {
            CheckFirstBatch();
        }

        using optim.Optimizer optimizer = run.CreateOptimizer(learner.Parameters, variant.GetProperty("lr").GetDouble());
        ReferenceSteps.Check(learner, run, files, name, optimizer);

        using (no_grad())
        {
            LearningCheck.Forward(files.Tensor($"{name}.logits_after"), Logits(run.High), "logits after training");
        }

        void CheckFirstBatch()
        {
            IReadOnlyList<Tensor> imageTokens = learner.ImageTokens();
            for (int layer = 0; layer < imageTokens.Count; layer++)
            {
                LearningCheck.Forward(
                    files.Tensor($"{name}.visual_ctx_layer{layer}"), imageTokens[layer], $"image tokens of block {layer}");
            }

            CheckPrompts();
            LearningCheck.Forward(files.Tensor($"{name}.text_features"), learner.TextFeatures(null).squeeze(0), "text features");
            LearningCheck.Forward(
                Classifier.Normalize(files.Tensor($"{name}.image_features")), learner.ImageFeatures(States(run.High, 0)), "image features");
            LearningCheck.Forward(files.Tensor($"{name}.logits"), Logits(run.High), "logits");
            LearningCheck.Forward(files.Tensor($"{name}.logits_lowres"), Logits(run.Low), "low-resolution logits");
        }

        void CheckPrompts()
        {
            if (!files.Has($"{name}.prompts"))
            {
                return;
            }

            Tensor expected = files.Tensor($"{name}.prompts");
            PromptParts parts = learner.Prompts(null);
            for (int c = 0; c < expected.shape[0]; c++)
            {
                Tensor actual = cat([parts.Prefix[0], parts.Suffix[c].narrow(0, 0, parts.End[c].item<long>() + 1)], 0);
                LearningCheck.Forward(expected[c].narrow(0, 0, actual.shape[0]), actual, $"prompt of class {c}");
            }
        }

        Tensor Logits(Tensor pool) => learner.Logits(learner.ImageFeatures(States(pool, 0)), learner.TextFeatures(null));

        Tensor States(Tensor pool, int step)
        {
            using IDisposable noGrad = no_grad();
            return learner.FrozenStates(run.Pixels(pool, step));
        }
    }

    private static MaPLeLearner CreateLearner(ClipModel model, JsonElement root, JsonElement variant)
    {
        string initialText = variant.GetProperty("ctx_init").GetString()!;
        var sentences = ReferenceSentences.Read(root, variant, $"{initialText} {{}}.");
        var method = PromptMethod.MaPLe(
            variant.GetProperty("n_ctx").GetInt32(), variant.GetProperty("prompt_depth").GetInt32(), initialText);
        return (MaPLeLearner)method.CreateLearner(model, sentences.Vocabulary, sentences.ClassNames, 0, new Random(0));
    }
}
