using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Training.Checkpoints;

/// <summary>One stage that fits a softmax regression of 20 points in batches of 5, cut off after some passes and taken up again.</summary>
internal static class StageRun
{
    public const string Configuration = """{"Seed":1}""";

    public static (float[] Weights, List<TrainingMetrics> Epochs) Train(
        StageSettings settings,
        WorkspaceFolder? folder = null,
        TimeSpan interval = default,
        int passes = int.MaxValue,
        EarlyStoppingSettings? stopping = null,
        Func<int, ValidationMetrics>? validate = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using Checkpoint? found = folder is null ? null : TrainingCheckpoints.Find(folder);
        using TrainingCheckpoints? checkpoints = folder is null
            ? null
            : new TrainingCheckpoints(folder, found, Configuration, interval, message => Assert.Fail(message));
        var random = new Random(4);
        Tensor points = RandomTensors.Normal(random, 1, CPU, 20, 4);
        var weights = new Parameter(RandomTensors.Normal(random, 1, CPU, 4, 3));
        var bias = new Parameter(zeros([3]));
        int[] labels = [.. Enumerable.Range(0, 20).Select(_ => random.Next(3))];
        var epochs = new List<TrainingMetrics>();
        var stage = new TrainingStage(2, settings, seed: 1, epochs.Add, CancellationToken.None)
        {
            Checkpoints = checkpoints,
            EarlyStopping = stopping,
            Validate = validate is null ? null : () => validate(epochs.Count == 0 ? found?.Position.Epoch ?? 0 : epochs[^1].Epoch),
        };
        int done = 0;
        stage.Run([weights, bias], labels, _ => { }, (_, images, target) =>
        {
            if (done++ == passes)
            {
                throw new TimeoutException("cut off");
            }

            Tensor logits = points.index_select(0, tensor(Array.ConvertAll(images, i => (long)i))).matmul(weights) + bias;
            Tensor loss = nn.functional.cross_entropy(logits, target);
            return new StepLosses(loss, logits, []);
        });
        return ([.. weights.detach().data<float>(), .. bias.detach().data<float>()], epochs);
    }
}
