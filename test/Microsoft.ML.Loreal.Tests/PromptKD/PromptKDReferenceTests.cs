using System.Text.Json;
using Microsoft.ML.Loreal.Tests.Prompts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.PromptKD;

[TestClass]
[TestCategory(Fixtures.Category)]
public sealed class PromptKDReferenceTests
{
    // A bias in front of a batch normalization has no effect, so its gradient is rounding noise.
    private const string IdleBias = "VPT_image_trans.conv1.0.bias";

    public static IEnumerable<object[]> Variants => ReferenceFiles.Variants("promptkd/promptkd.json");

    [TestMethod]
    [DynamicData(nameof(Variants))]
    public void Variant(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        var files = ReferenceFiles.Open("promptkd/promptkd");
        JsonElement variant = files.Variant(name);
        var run = new ReferenceRun(files);
        using ClipModel teacherModel = Fixtures.Model("teacher");
        using IndependentPromptsLearner teacher = CreateTeacher(teacherModel, files, name);
        using ClipModel model = Fixtures.Model("a");
        using PromptKDStudent student = CreateStudent(model, files, name);
        Tensor pool = variant.GetProperty("student_resolution").GetString() == "hr" ? run.High : run.Low;
        double weight = variant.GetProperty("kd_weight").GetDouble();
        double temperature = variant.GetProperty("temperature").GetDouble();
        using IDisposable noGrad = no_grad();
        Tensor text = Classifier.Normalize(teacher.TextFeatures(null).squeeze(0)); // [1, C, J'] -> [C, J']

        CheckFirstBatch();
        Tensor pixels = run.Pixels(pool, 0);
        LearningCheck.Forward(
            files.Tensor($"{name}.student_logits_evalmode"), Logits(pixels, training: false), "logits with running statistics");
        using (enable_grad())
        {
            Train();
        }

        foreach ((string parameter, Tensor value) in student.State.Where(s => s.Name != IdleBias))
        {
            (string start, string end) = Statistic(parameter) ? ("param_buffer", "step3_buffer") : ("param", "step3");
            LearningCheck.Change(Saved(start, parameter), Saved(end, parameter), value, parameter);
        }

        LearningCheck.Forward(
            files.Tensor($"{name}.student_logits_evalmode_after"),
            Logits(pixels, training: false),
            "logits with running statistics after training");

        void CheckFirstBatch()
        {
            LearningCheck.Forward(files.Tensor($"{name}.teacher_text_features"), text, "the teacher's text features");
            Tensor features = TeacherFeatures(0);
            LearningCheck.Forward(files.Tensor($"{name}.teacher_image_features"), features, "the teacher's image features");
            LearningCheck.Forward(
                files.Tensor($"{name}.teacher_logits"), teacher.Logits(features, text.unsqueeze(0)), "the teacher's logits");
            LearningCheck.Forward(
                files.Tensor($"{name}.student_backbone_features"),
                student.BackboneFeatures(run.Pixels(pool, 0)),
                "the student's features before the projector");
        }

        void Train()
        {
            SGD optimizer = optim.SGD(student.Parameters, variant.GetProperty("lr").GetDouble(), momentum: 0.9, weight_decay: 5e-4);
            using SGD owned = optimizer;
            JsonElement steps = variant.GetProperty("steps");
            for (int step = 0; step < steps.GetArrayLength(); step++)
            {
                using DisposeScope stepScope = NewDisposeScope();
                Tensor target = (teacher.Logits(TeacherFeatures(step), text.unsqueeze(0)) / temperature).softmax(1);
                Tensor features = student.Features(run.Pixels(pool, step), training: true);
                Tensor logits = student.Logits(features, text);
                Tensor divergence = PromptKDLoss.Distillation(target, logits, temperature);
                LearningCheck.Forward(
                    steps[step].GetProperty("kl_mean_over_all_elements").GetDouble(),
                    divergence.item<float>(),
                    $"divergence of step {step}");
                LearningCheck.Forward(
                    steps[step].GetProperty("loss").GetDouble(), weight * divergence.item<float>(), $"loss of step {step}");
                optimizer.zero_grad();
                (divergence * weight).backward();
                if (step == 0)
                {
                    LearningCheck.Forward(files.Tensor($"{name}.student_features"), features, "the student's features");
                    LearningCheck.Forward(files.Tensor($"{name}.student_logits"), logits, "the student's logits");
                    CheckGradients();
                }

                optimizer.step();
            }
        }

        void CheckGradients()
        {
            foreach ((string parameter, Tensor value) in student.State.Where(s => !Statistic(s.Name)))
            {
                if (parameter == IdleBias)
                {
                    Assert.IsLessThanOrEqualTo(1e-3f, value.grad!.abs().max().item<float>(), parameter);
                }
                else
                {
                    LearningCheck.Gradient(Saved("grad", parameter), value.grad!, parameter);
                }
            }
        }

        Tensor Logits(Tensor images, bool training) => student.Logits(student.Features(images, training), text);

        Tensor TeacherFeatures(int step)
        {
            using IDisposable frozen = no_grad();
            return teacher.ImageFeatures(teacher.FrozenStates(run.Pixels(run.High, step)));
        }

        Tensor Saved(string kind, string parameter) => OnePixel(files.Tensor($"{name}.{kind}.{parameter}"));
    }

    private static bool Statistic(string name) => name.Contains("running", StringComparison.Ordinal);

    /// <summary>[out, in, 1, 1] -> [out, in]: a convolution over one pixel as a linear layer.</summary>
    private static Tensor OnePixel(Tensor value) => value.Dimensions == 4 ? value.squeeze(3).squeeze(2) : value;

    private static IndependentPromptsLearner CreateTeacher(ClipModel model, ReferenceFiles files, string name)
    {
        JsonElement variant = files.Variant(name);
        JsonElement sizes = variant.GetProperty("teacher");
        var settings = new IndependentPromptsSettings(
            Size("language_ctx"),
            Size("vision_ctx"),
            Size("language_depth"),
            Size("vision_depth"),
            sizes.GetProperty("ctx_init").GetString()!);
        string[] classNames = files.Root.GetProperty("classnames").Deserialize<string[]>()!;
        var teacher = new IndependentPromptsLearner(
            model, Vocabulary(classNames, variant, settings), classNames, settings, 0, new Random(0));
        teacher.Load(parameter => files.Tensor($"{name}.teacher.{parameter}"));
        teacher.Freeze();
        return teacher;

        int Size(string property) => sizes.GetProperty(property).GetInt32();
    }

    private static TextsVocabulary Vocabulary(string[] classNames, JsonElement variant, IndependentPromptsSettings settings)
    {
        int[][] rows = variant.GetProperty("tokenized_prompts").Deserialize<int[][]>()!;
        var texts = new Dictionary<string, int[]> { [settings.InitialText] = rows[0][1..(1 + settings.TextTokens)] };
        for (int c = 0; c < classNames.Length; c++)
        {
            int[] sentence = rows[c][1..Array.IndexOf(rows[c], rows[c].Max())];
            texts[$"{settings.InitialText} {ClassTokens.Words(classNames[c])}."] = sentence;
            texts[ClassTokens.Words(classNames[c])] = sentence[settings.TextTokens..];
        }

        return new TextsVocabulary(rows[0][0], rows[0].Max(), texts);
    }

    private static PromptKDStudent CreateStudent(ClipModel model, ReferenceFiles files, string name)
    {
        JsonElement variant = files.Variant(name);
        var settings = new PromptKDStudentSettings(
            variant.GetProperty("student_vision_ctx").GetInt32(),
            variant.GetProperty("student_vision_depth").GetInt32(),
            (int)files.Tensor($"{name}.teacher_text_features").shape[1]);
        var student = new PromptKDStudent(model, settings, new Random(0));
        student.Load(parameter => OnePixel(files.Tensor($"{name}.{(Statistic(parameter) ? "param_buffer" : "param")}.{parameter}")));
        return student;
    }
}
