using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Training;

[TestClass]
public sealed class TrainingStageTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void PartsOfABatchGiveTheSameWeightsAsTheWhole(int imagesAtOnce)
    {
        (float[] whole, TrainingMetrics wholeMetrics) = Train(int.MaxValue);
        (float[] parts, TrainingMetrics partMetrics) = Train(imagesAtOnce);
        for (int i = 0; i < whole.Length; i++)
        {
            Assert.AreEqual(whole[i], parts[i], 1e-6);
        }

        Assert.AreEqual(wholeMetrics.Loss, partMetrics.Loss, 1e-6);
        Assert.AreEqual(wholeMetrics.Accuracy, partMetrics.Accuracy);
    }

    [TestMethod]
    [DataRow(float.NaN, 1, "NaN")]
    [DataRow(float.NaN, 2, "NaN")]
    [DataRow(float.NegativeInfinity, 2, "-Infinity")]
    public void ALossThatIsNotANumberEndsItsEpochAndNamesItsStep(float wrong, int imagesAtOnce, string name)
    {
        using DisposeScope scope = NewDisposeScope();
        var weights = new Parameter(ones(2));
        (int pass, int epochs, int passesInAStep) = (0, 0, 2 / imagesAtOnce);
        var stage = new TrainingStage(2, new StageSettings { Epochs = 3, BatchSize = 2 }, seed: 1, _ => epochs++, CancellationToken.None);
        InvalidOperationException thrown = Assert.ThrowsExactly<InvalidOperationException>(
            () => stage.Run([weights], [0, 1, 0, 1, 0, 1], _ => { }, Losses, imagesAtOnce));
        StringAssert.Contains(thrown.Message, $"The loss became {name} in stage 2, epoch 2 of 3, step 2", StringComparison.Ordinal);
        Assert.AreEqual((1, 6 * passesInAStep), (epochs, pass));

        // The last pass of the fifth step is wrong, and, as it goes, all that follow are not even infinite.
        StepLosses Losses(int epoch, int[] images, Tensor labels)
        {
            pass++;
            Tensor loss = (weights * (pass < 5 * passesInAStep ? 0 : pass == 5 * passesInAStep ? wrong : float.NaN)).sum();
            return new StepLosses(loss, zeros(images.Length, 2), []);
        }
    }

    [TestMethod]
    public void ALossThatIsNotANumberReachesNoCheckpoint()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var workspace = WorkspaceFolder.Open(folder.Path);
        using var checkpoints = new TrainingCheckpoints(workspace, null, "{}", TimeSpan.FromTicks(1), message => Assert.Fail(message));
        var weights = new Parameter(ones(2));
        int step = 0;
        var settings = new StageSettings { Epochs = 3, BatchSize = 2 };
        var stage = new TrainingStage(2, settings, seed: 1, null, CancellationToken.None) { Checkpoints = checkpoints };
        InvalidOperationException thrown =
            Assert.ThrowsExactly<InvalidOperationException>(() => stage.Run([weights], [0, 1, 0, 1, 0, 1], _ => { }, (_, _, _) =>
        {
            Tensor loss = (weights * (++step == 5 ? float.NaN : 0)).sum();
            return new StepLosses(loss, zeros(2, 2), []);
        }));
        StringAssert.Contains(thrown.Message, "The loss became NaN in stage 2, epoch 2 of 3, step 2", StringComparison.Ordinal);
        StringAssert.Contains(thrown.Message, "The checkpoint of stage 2, epoch 2 after step 1 is kept", StringComparison.Ordinal);
        Assert.AreEqual(5, step);
    }

    /// <summary>Softmax regression of 10 points in batches of 5.</summary>
    private static (float[] Weights, TrainingMetrics Last) Train(int imagesAtOnce)
    {
        using DisposeScope scope = NewDisposeScope();
        var random = new Random(4);
        Tensor points = RandomTensors.Normal(random, 1, CPU, 10, 4);
        var weights = new Parameter(RandomTensors.Normal(random, 1, CPU, 4, 3));
        int[] labels = [0, 1, 2, 2, 1, 0, 0, 1, 2, 1];
        TrainingMetrics? last = null;
        var settings = new StageSettings { Epochs = 3, BatchSize = 5, LearningRate = 0.5 };
        new TrainingStage(3, settings, seed: 1, metrics => last = metrics, CancellationToken.None).Run(
            [weights],
            labels,
            _ => { },
            (_, images, target) =>
            {
                Tensor logits = points.index_select(0, tensor(Array.ConvertAll(images, i => (long)i))).matmul(weights);
                Tensor loss = nn.functional.cross_entropy(logits, target);
                return new StepLosses(loss, logits, []);
            },
            imagesAtOnce);
        return (weights.detach().data<float>().ToArray(), last!);
    }
}
