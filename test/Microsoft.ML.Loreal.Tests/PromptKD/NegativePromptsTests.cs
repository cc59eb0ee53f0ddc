using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.PromptKD;

[TestClass]
public sealed class NegativePromptsTests
{
    private const float Scale = 7;

    [TestMethod]
    public void GradientsAreThoseOfTheFormula()
    {
        using DisposeScope scope = NewDisposeScope();
        var random = new Random(1);
        Tensor text = Classifier.Normalize(RandomTensors.Normal(random, 1, CPU, 3, 4));
        Tensor features = Classifier.Normalize(RandomTensors.Normal(random, 1, CPU, 5, 4)).requires_grad_(true);
        Tensor teacher = RandomTensors.Normal(random, 2, CPU, 5, 3).softmax(1);
        using var prompts = new NegativePrompts(text);
        using (no_grad())
        {
            prompts.Parameters[0].add_(RandomTensors.Normal(random, 0.5, CPU, 3, 4));
        }

        prompts.Loss(features, teacher, Scale).backward();
        Check(features, features.grad!);
        Check(prompts.Parameters[0], prompts.Parameters[0].grad!);

        void Check(Tensor values, Tensor gradient)
        {
            const float Step = 1e-2f;
            using IDisposable frozen = no_grad();
            for (long row = 0; row < values.shape[0]; row++)
            {
                for (long column = 0; column < values.shape[1]; column++)
                {
                    double slope = (Moved(Step) - Moved(-Step)) / (2 * Step);
                    Assert.AreEqual(slope, gradient[row, column].item<float>(), 5e-3, $"[{row}, {column}]");

                    double Moved(float by)
                    {
                        using DisposeScope inner = NewDisposeScope();
                        values[row, column].add_(by);
                        double loss = Loss(features, text, Classifier.Normalize(prompts.Parameters[0]), teacher);
                        values[row, column].add_(-by);
                        return loss;
                    }
                }
            }
        }
    }

    [TestMethod]
    public void NoDifferenceIsHalfAndHalf()
    {
        using DisposeScope scope = NewDisposeScope();
        var random = new Random(2);
        Tensor text = Classifier.Normalize(RandomTensors.Normal(random, 1, CPU, 3, 4));
        using var prompts = new NegativePrompts(text);
        Tensor loss = prompts.Loss(
            Classifier.Normalize(RandomTensors.Normal(random, 1, CPU, 5, 4)), RandomTensors.Normal(random, 2, CPU, 5, 3).softmax(1), Scale);
        Assert.AreEqual(2 * Math.Log(2), loss.item<float>(), 1e-5);
    }

    [TestMethod]
    public void TheyLearnBesideTheStudentAndStayOutOfTheModel()
    {
        PromptKDTrainer.Options options = Taught.Options();
        options.NegativePromptWeight = 1;
        options.Stage.Epochs = 8;
        var epochs = new List<TrainingMetrics>();
        options.MetricsCallback = epochs.Add;
        using PromptKDTransformer student = Taught.Fit(options);
        Assert.IsLessThan(Difference(epochs[0]), Difference(epochs[^1]));
        Assert.IsTrue(epochs.All(epoch =>
            Math.Abs(epoch.Loss - (100 * epoch.Losses[TrainingLosses.Distillation]) - Difference(epoch)) < 1e-3 * epoch.Loss));
        double Difference(TrainingMetrics epoch) => epoch.Losses[TrainingLosses.SimilarityDifference];

        string[] Names(PromptKDTransformer model)
        {
            string[] names = Array.Empty<string>();
            model.Model.Save((name, write) =>
            {
                if (name == PromptKDModel.TensorFile)
                {
                    var stream = new MemoryStream();
                    write(stream);
                    stream.Position = 0;
                    using var file = SafetensorsFile.Read(stream, name);
                    names = [.. file.Tensors.Keys.Order(StringComparer.Ordinal)];
                }
            });
            return names;
        }

        CollectionAssert.AreEqual(Names(Taught.Student), Names(student));
    }

    /// <summary>The losses, number by number.</summary>
    private static double Loss(Tensor features, Tensor positive, Tensor negative, Tensor teacher)
    {
        (float[] f, float[] t, float[] n, float[] p) = (Values(features), Values(positive), Values(negative), Values(teacher));
        (long regions, long classes, long width) = (features.shape[0], positive.shape[0], positive.shape[1]);
        double sum = 0;
        for (long r = 0; r < regions; r++)
        {
            long q = (r + regions - 1) % regions;
            for (long c = 0; c < classes; c++)
            {
                sum += CrossEntropy(Difference(r, c), p[(r * classes) + c]);
                sum += CrossEntropy(Difference(r, c) - Difference(q, c), (1 + p[(r * classes) + c] - p[(q * classes) + c]) / 2);
            }
        }

        return sum / (regions * classes);

        double Difference(long r, long c)
        {
            double dot = 0;
            for (long i = 0; i < width; i++)
            {
                dot += f[(r * width) + i] * (double)(t[(c * width) + i] - n[(c * width) + i]);
            }

            return Scale * dot;
        }

        static double CrossEntropy(double logit, double target)
        {
            double sigmoid = 1 / (1 + Math.Exp(-logit));
            return -(target * Math.Log(sigmoid)) - ((1 - target) * Math.Log(1 - sigmoid));
        }

        static float[] Values(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
    }
}
