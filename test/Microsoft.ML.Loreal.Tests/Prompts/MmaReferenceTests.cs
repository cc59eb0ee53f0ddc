using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

[TestClass]
[TestCategory(Fixtures.Category)]
public sealed class MmaReferenceTests
{
    private const string Template = "a photo of a {}.";

    public static IEnumerable<object[]> Variants => ReferenceFiles.Variants("mma/mma.json");

    [TestMethod]
    [DynamicData(nameof(Variants))]
    public void Variant(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        var files = ReferenceFiles.Open("mma/mma");
        JsonElement variant = files.Variant(name);
        var sentences = ReferenceSentences.Read(files.Root, variant, Template);
        var run = new ReferenceRun(files);
        using ClipModel model = Fixtures.Model("a");
        using PromptLearner learner = CreateLearner(model, sentences, variant);
        learner.Load(parameter => files.Tensor($"{name}.param.{parameter}"));

        using (no_grad())
        {
            LearningCheck.Forward(files.Tensor($"{name}.text_features"), learner.TextFeatures(null).squeeze(0), "text features");
            Tensor features = learner.Encode(run.Pixels(run.High, 0));
            LearningCheck.Forward(Classifier.Normalize(files.Tensor($"{name}.image_features")), features, "image features");
            LearningCheck.Forward(files.Tensor($"{name}.logits"), learner.Logits(features, learner.TextFeatures(null)), "logits");
            CheckEmbeddings(learner, files, name);
            Tensor low = learner.Encode(run.Pixels(run.Low, 0));
            LearningCheck.Forward(
                files.Tensor($"{name}.logits_lowres"), learner.Logits(low, learner.TextFeatures(null)), "low-resolution logits");
        }

        using optim.Optimizer optimizer = run.CreateOptimizer(learner.Parameters, variant.GetProperty("lr").GetDouble());
        ReferenceSteps.Check(learner, run, files, name, optimizer);

        using (no_grad())
        {
            Tensor after = learner.Logits(learner.Encode(run.Pixels(run.High, 0)), learner.TextFeatures(null));
            LearningCheck.Forward(files.Tensor($"{name}.logits_after"), after, "logits after training");
        }
    }

    private static PromptLearner CreateLearner(ClipModel model, ReferenceSentences sentences, JsonElement variant) => PromptMethod.Mma(
        variant.GetProperty("adapter_start").GetInt32(),
        variant.GetProperty("adapter_end").GetInt32(),
        variant.GetProperty("adapter_dim").GetInt32(),
        variant.GetProperty("adapter_scale").GetSingle(),
        Template).CreateLearner(model, sentences.Vocabulary, sentences.ClassNames, 0, new Random(0));

    private static void CheckEmbeddings(PromptLearner learner, ReferenceFiles files, string name)
    {
        if (!files.Has($"{name}.token_embedding_after_adapter0_c0"))
        {
            return;
        }

        PromptParts parts = learner.Prompts(null);
        Tensor actual = learner.TextEdits(0).Enter(cat([parts.Prefix[0], parts.Suffix[0].narrow(0, 0, parts.End[0].item<long>() + 1)], 0));
        LearningCheck.Forward(
            files.Tensor($"{name}.token_embedding_after_adapter0_c0").narrow(0, 0, actual.shape[0]), actual, "embeddings of class 0");
    }
}
