using System.Text.Json;
using Microsoft.ML.Loreal.Tests.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Training;

[TestClass]
[TestCategory(Fixtures.Category)]
public sealed class LorealReferenceTests
{
    public static IEnumerable<object[]> Variants => ReferenceFiles.Variants("loreal/loreal.json");

    [TestMethod]
    [DynamicData(nameof(Variants))]
    public void Variant(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        var files = ReferenceFiles.Open("loreal/loreal");
        JsonElement variant = files.Variant(name);
        var prompts = ReferencePrompts.Read(files.Root, variant);
        var run = new ReferenceRun(files);
        using ClipModel model = Fixtures.Model("a");
        string initial = $"init_ctx{prompts.ContextTokens}_K{prompts.Attributes.Length}.";
        using AttributeSlots slots = CreateSlots(model, prompts, files, initial);
        using ContextLearner alpha = CreateStudent(model, prompts, slots, files.Tensor(initial + "alpha.ctx"));
        using ContextLearner beta = CreateStudent(model, prompts, slots, files.Tensor(initial + "beta.ctx"));
        DistillationSettings settings = Settings(variant, files, name);
        var students = new TwoStudents(alpha, beta, slots, model, settings);
        double mix = Mix(variant);

        CheckFirstBatch();
        using optim.Optimizer optimizer = run.CreateOptimizer(slots.Parameters);
        JsonElement steps = variant.GetProperty("steps");
        for (int step = 0; step < steps.GetArrayLength(); step++)
        {
            using DisposeScope stepScope = NewDisposeScope();
            JsonElement expected = steps[step];
            if (expected.TryGetProperty("mix_w", out JsonElement weight))
            {
                LearningCheck.Forward(weight.GetDouble(), mix, "mix");
            }

            StepLosses losses = students.Losses(Features(run.High, step), Features(run.Low, step), run.Targets(step), mix);
            Check("loss", losses.Total);
            Check("loss_ce", losses.Term(TrainingLosses.CrossEntropy));
            Check("loss_hld", losses.Term(TrainingLosses.HighLevelDistillation));
            Check("loss_lld", losses.Term(TrainingLosses.LowLevelDistillation));
            if (settings.BridgeWeight != 0)
            {
                Check("loss_bpd", losses.Term(TrainingLosses.BridgeDistillation));
            }

            long correct = losses.Logits.argmax(1).eq(run.Targets(step)).sum().item<long>();
            Assert.AreEqual(
                expected.GetProperty("acc").GetDouble(), 100.0 * correct / run.Batches[step].Length, 1e-6, $"accuracy of step {step}");
            optimizer.zero_grad();
            losses.Total.backward();
            if (step == 0)
            {
                CheckGradients();
            }

            optimizer.step();

            void Check(string part, Tensor? loss) =>
                LearningCheck.Forward(expected.GetProperty(part).GetDouble(), loss!.item<float>(), $"{part} of step {step}");
        }

        foreach ((string parameter, Tensor value) in slots.State)
        {
            LearningCheck.Change(
                files.Tensor($"{initial}param.{parameter}"), files.Tensor(
                    $"{name}.step{steps.GetArrayLength()}.{parameter}"), value, parameter);
        }

        LearningCheck.Forward(files.Tensor($"{name}.logits_infer_after"), Inference(), "logits at inference after training");

        void CheckFirstBatch()
        {
            using IDisposable noGrad = no_grad();
            using DisposeScope checks = NewDisposeScope();
            (Tensor high, Tensor low) = (Features(run.High, 0), Features(run.Low, 0));
            (Tensor highVectors, Tensor lowVectors) = (slots.Vectors(high), slots.Vectors(low));
            LearningCheck.Forward(files.Tensor($"{name}.features_hr"), high, "standard-resolution features");
            LearningCheck.Forward(files.Tensor($"{name}.features_lr"), low, "low-resolution features");
            LearningCheck.Forward(files.Tensor($"{name}.contexts_hr"), Copies(highVectors), "contexts of the standard resolution");
            LearningCheck.Forward(files.Tensor($"{name}.contexts_lr"), Copies(lowVectors), "contexts of the low resolution");
            LearningCheck.Forward(
                files.Tensor($"{name}.lld_logits"), LorealLosses.AttributeSimilarities(
                    highVectors, lowVectors, settings.Temperature), "attribute similarities");

            bool crossed = settings.Bridge == ContextBridge.Crossed;
            Tensor condition = crossed ? high : TwoStudents.Mixed(high, low, mix);
            if (!crossed)
            {
                LearningCheck.Forward(files.Tensor($"{name}.student_cond"), condition, "what conditions beta");
            }

            LearningCheck.Forward(
                files.Tensor($"{name}.logits_alpha"), Logits(alpha, crossed ? lowVectors : highVectors, high), "alpha's logits");
            LearningCheck.Forward(files.Tensor($"{name}.logits_beta"), Logits(beta, slots.Vectors(condition), low), "beta's logits");
            if (files.Has($"{name}.logits_bridge_alpha"))
            {
                LearningCheck.Forward(
                    files.Tensor($"{name}.logits_bridge_alpha"), Logits(alpha, lowVectors, high), "alpha's logits over the bridge");
                LearningCheck.Forward(
                    files.Tensor($"{name}.logits_bridge_beta"), Logits(beta, highVectors, low), "beta's logits over the bridge");
            }

            LearningCheck.Forward(files.Tensor($"{name}.logits_infer"), Inference(), "logits at inference");
            CheckPrompts();
        }

        void CheckPrompts()
        {
            if (!files.Has($"{name}.prompts_beta_infer_b0"))
            {
                return;
            }

            Tensor expected = files.Tensor($"{name}.prompts_beta_infer_b0");
            Tensor pixels = run.Low.narrow(0, 0, 1);
            PromptParts parts = beta.Prompts(slots.Tokens(slots.Vectors(Classifier.Normalize(model.EncodeImage(pixels)))));
            for (int c = 0; c < prompts.ClassNames.Length; c++)
            {
                Tensor actual = cat([parts.Prefix[0], parts.Suffix[c].narrow(0, 0, parts.End[c].item<long>() + 1)], 0);
                LearningCheck.Forward(expected[c].narrow(0, 0, actual.shape[0]), actual, $"prompt of class {c}");
            }
        }

        void CheckGradients()
        {
            foreach ((string parameter, Tensor value) in MetaNetGradients(slots))
            {
                LearningCheck.Gradient(files.Tensor($"{name}.grad.{parameter}"), value, parameter);
            }
        }

        Tensor Inference()
        {
            using IDisposable noGrad = no_grad();
            Tensor low = Features(run.Low, 0);
            return Logits(beta, slots.Vectors(low), low);
        }

        Tensor Logits(PromptLearner student, Tensor vectors, Tensor features) =>
            Classifier.Logits(features, student.TextFeatures(slots.Tokens(vectors)), model.LogitScale);

        Tensor Features(Tensor pool, int step)
        {
            using IDisposable noGrad = no_grad();
            return Classifier.Normalize(model.EncodeImage(run.Pixels(pool, step)));
        }

        // [B, K, D] -> [B, K, M, D]
        Tensor Copies(Tensor vectors) => vectors.unsqueeze(2).expand(vectors.shape[0], vectors.shape[1], prompts.Copies, vectors.shape[2]);
    }

    /// <summary>The gradients of the meta-nets, cut up and named like their state.</summary>
    private static IEnumerable<(string Name, Tensor Value)> MetaNetGradients(AttributeSlots slots)
    {
        string[] names = ["linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias"];
        for (int p = 0; p < names.Length; p++)
        {
            Tensor gradient = slots.Parameters[p].grad!;
            for (int k = 0; k < gradient.shape[0]; k++)
            {
                yield return ($"metanets.{k}.{names[p]}", gradient[k]);
            }
        }
    }

    private static AttributeSlots CreateSlots(ClipModel model, ReferencePrompts prompts, ReferenceFiles files, string initial)
    {
        int hidden = (int)files.Tensor($"{initial}param.metanets.0.linear1.weight").shape[0];
        IReadOnlyList<int[]> words = AttributeSlots.Tokenize(prompts.Vocabulary, prompts.Attributes);
        var slots = new AttributeSlots(model, words, prompts.Copies, hidden, MetaNetInitialization.Default, new Random(0));
        slots.Load(parameter => files.Tensor($"{initial}param.{parameter}"));
        return slots;
    }

    private static ContextLearner CreateStudent(ClipModel model, ReferencePrompts prompts, AttributeSlots slots, Tensor context)
    {
        var layout = new ContextLayout(prompts.ContextTokens, ClassNamePosition.End, false);
        var student = new ContextLearner(model, prompts.Vocabulary, prompts.ClassNames, layout, [], slots.TokenCount, new Random(0));
        student.Load(_ => context);
        student.Freeze();
        return student;
    }

    private static DistillationSettings Settings(JsonElement variant, ReferenceFiles files, string name)
    {
        JsonElement loreal = variant.GetProperty("loreal");

        // The aligned variants have the mixed feature that conditions beta; the crossed ones have no such thing.
        ContextBridge bridge = files.Has($"{name}.student_cond") ? ContextBridge.Aligned : ContextBridge.Crossed;
        return new DistillationSettings(bridge, Coefficient("COEF1"), Coefficient("COEF2"), Coefficient("COEF_BPD"), Coefficient("TEMP"));

        double Coefficient(string property) => loreal.GetProperty(property).GetDouble();
    }

    private static double Mix(JsonElement variant)
    {
        JsonElement loreal = variant.GetProperty("loreal");
        return MixSchedule.At(
            loreal.GetProperty("ALIGN_MIX_MAX").GetDouble(),
            loreal.GetProperty("ALIGN_MIX_START").GetDouble(),
            variant.GetProperty("epoch").GetInt32(),
            variant.GetProperty("max_epoch").GetInt32());
    }
}
