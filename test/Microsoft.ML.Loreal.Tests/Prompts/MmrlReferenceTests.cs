using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

[TestClass]
[TestCategory(Fixtures.Category)]
public sealed class MmrlReferenceTests
{
    public static IEnumerable<object[]> Variants => ReferenceFiles.Variants("mmrl/mmrl.json");

    [TestMethod]
    [DynamicData(nameof(Variants))]
    public void Variant(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        var files = ReferenceFiles.Open("mmrl/mmrl");
        JsonElement variant = files.Variant(name);
        string template = variant.GetProperty("template").GetString()!;
        var sentences = ReferenceSentences.Read(files.Root, variant, template);
        string optimizerName = variant.GetProperty("optimizer").GetString()!;
        var run = new ReferenceRun(files);
        using ClipModel model = Fixtures.Model("a");
        int joint = model.Config.EmbedDimension;
        using PromptLearner learner = CreateLearner(model, sentences, variant, template);
        learner.Load(parameter => files.Tensor($"{name}.param.{parameter}"));

        using (no_grad())
        {
            CheckFirstBatch();
        }

        using optim.Optimizer optimizer = CreateOptimizer(
            learner.Parameters,
            files.Root.GetProperty("optimizers").GetProperty(optimizerName),
            optimizerName,
            variant.GetProperty("lr").GetDouble());
        double alpha = variant.GetProperty("alpha").GetDouble();
        ReferenceSteps.Check(learner, run, files, name, optimizer, (expected, losses) =>
        {
            double crossEntropy = alpha * expected.GetProperty("ce_main").GetDouble()
                + (1 - alpha) * expected.GetProperty("ce_rep").GetDouble();
            LearningCheck.Forward(crossEntropy, losses.CrossEntropy.item<float>(), "cross-entropy of a step");
        });

        using (no_grad())
        {
            Tensor after = learner.Encode(run.Pixels(run.High, 0));
            LearningCheck.Forward(files.Tensor($"{name}.logits_after"), Logits(after, otherClasses: true), "logits after training");
            LearningCheck.Forward(
                files.Tensor($"{name}.logits_fusion_after"), Logits(after, otherClasses: false), "fused logits after training");
        }

        void CheckFirstBatch()
        {
            Tensor states = ReferenceSteps.States(learner, run, 0);
            Tensor features = learner.ImageFeatures(states);
            Tensor direct = learner.Encode(run.Pixels(run.High, 0));
            Assert.AreEqual(0f, (features - direct).abs().max().item<float>(), "both ways to the image features");
            LearningCheck.Forward(files.Tensor($"{name}.image_features"), learner.Condition(features), "image features");
            LearningCheck.Forward(
                files.Tensor($"{name}.image_features_clip"),
                states.narrow(1, states.shape[1] - joint, joint),
                "image features of the untouched model");
            LearningCheck.Forward(
                files.Tensor($"{name}.text_features"), Classifier.Normalize(learner.TextFeatures(null)).squeeze(0), "text features");
            Tensor plain = PlainEncoder.Encode(model.Text, learner.Prompts(null)).squeeze(0);
            LearningCheck.Forward(
                files.Tensor($"{name}.text_features_clip"), Classifier.Normalize(plain), "text features of the untouched model");
            CheckLogits(features, "");
            CheckLogits(learner.Encode(run.Pixels(run.Low, 0)), "_lowres");
        }

        void CheckLogits(Tensor features, string suffix)
        {
            LearningCheck.Forward(files.Tensor($"{name}.logits{suffix}"), Logits(features, otherClasses: true), $"logits{suffix}");
            LearningCheck.Forward(
                files.Tensor($"{name}.logits_fusion{suffix}"), Logits(features, otherClasses: false), $"fused logits{suffix}");
            Tensor representation = cat([features.narrow(1, joint, joint), features.narrow(1, joint, joint)], 1);
            LearningCheck.Forward(
                files.Tensor($"{name}.logits_rep{suffix}"),
                Logits(representation, otherClasses: true),
                $"logits of the representation{suffix}");
        }

        Tensor Logits(Tensor features, bool otherClasses)
        {
            learner.ForOtherClasses = otherClasses;
            Tensor logits = learner.Logits(features, learner.TextFeatures(null));
            learner.ForOtherClasses = false;
            return logits;
        }
    }

    private static PromptLearner CreateLearner(ClipModel model, ReferenceSentences sentences, JsonElement variant, string template)
    {
        int[] layers = variant.GetProperty("rep_layers").Deserialize<int[]>()!;
        CollectionAssert.AreEqual(Enumerable.Range(layers[0], layers.Length).ToArray(), layers, "layers");
        return PromptMethod.Mmrl(
            layers[0],
            layers[^1],
            variant.GetProperty("n_rep_tokens").GetInt32(),
            variant.GetProperty("rep_dim").GetInt32(),
            variant.GetProperty("alpha").GetSingle(),
            variant.GetProperty("reg_weight").GetSingle(),
            template).CreateLearner(model, sentences.Vocabulary, sentences.ClassNames, 0, new Random(0));
    }

    private static optim.Optimizer CreateOptimizer(
        IEnumerable<TorchSharp.Modules.Parameter> parameters, JsonElement settings, string name, double rate)
    {
        if (name == "sgd")
        {
            return ReferenceRun.Sgd(parameters, settings, rate);
        }

        Assert.AreEqual("adamw", name);
        double[] betas = settings.GetProperty("betas").Deserialize<double[]>()!;
        return optim.AdamW(
            parameters,
            rate,
            betas[0],
            betas[1],
            settings.GetProperty("eps").GetDouble(),
            settings.GetProperty("weight_decay").GetDouble());
    }
}
