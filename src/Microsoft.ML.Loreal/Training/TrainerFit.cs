using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.MLNet;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training.Checkpoints;
using Microsoft.ML.Loreal.Training.Progress;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training;

/// <summary>What every trainer's <c>Fit</c> does around its training.</summary>
internal static class TrainerFit
{
    /// <summary>Chooses the device, the precision and the seed, opens the workspace, reads the data and trains.</summary>
    /// <param name="environment">The MLContext.</param>
    /// <param name="host">The trainer's host, to which messages and progress go.</param>
    /// <param name="plan">What is to be done.</param>
    /// <param name="read">Reads the data: gets the plan with a concrete precision, the seed, and what reading needs.</param>
    /// <param name="train">Trains: gets the same plan.</param>
    public static TModel Run<TPlan, TModel>(
        IHostEnvironment environment,
        IHost host,
        TPlan plan,
        Func<TPlan, int, IChannel, CancellationToken, TrainingData> read,
        Func<TPlan, TrainingContext, TrainingData, TModel> train)
        where TPlan : TrainingPlan
    {
        try
        {
            using IChannel channel = host.Start("Fit");
            using var cancellation = new HostCancellation(host, plan.CancellationToken);
            cancellation.Token.ThrowIfCancellationRequested();
            return Run(environment, host, channel, cancellation.Token, plan, read, train);
        }
        catch (OperationCanceledException canceled) when (plan.CancellationToken.IsCancellationRequested)
        {
            // Whoever waits for the cancellation knows it by their own token.
            throw new OperationCanceledException(canceled.Message, canceled, plan.CancellationToken);
        }
    }

    private static TModel Run<TPlan, TModel>(
        IHostEnvironment environment,
        IHost host,
        IChannel channel,
        CancellationToken cancel,
        TPlan plan,
        Func<TPlan, int, IChannel, CancellationToken, TrainingData> read,
        Func<TPlan, TrainingContext, TrainingData, TModel> train)
        where TPlan : TrainingPlan
    {
        Device device = DeviceSelection.Select(plan.Device, environment, channel);
        using IDisposable gradients = Autograd.Enable();
        ComputePrecision precision = AutoPrecision.Resolve(
            plan.Precision, plan.Backbone.Config, device, message => channel.Info(MessageSensitivity.None, message));
        PrecisionSupport.Check(precision, device);
        TPlan concrete = plan with { Precision = precision };

        using var workspace = new TrainingWorkspace(plan.WorkspacePath);
        int seed = workspace.Seed(plan.Seed, host);
        TrainingData data = read(concrete, seed, channel, cancel);
        using TrainingCheckpoints? checkpoints = workspace.Checkpoints(data.Describe, plan.CheckpointInterval, channel);
        channel.Info(
            MessageSensitivity.None, $"Training on {data.Images.Count} {data.Kind}, scoring at {plan.LowResolution} px, on {device}.");
        if (data.Validation is not null)
        {
            channel.Info(MessageSensitivity.None, $"Validating on {data.Validation.Count} images.");
        }

        using var progress = new TrainingProgress(host, channel, plan.MetricsCallback);
        var context = new TrainingContext(seed, device, progress.Report, cancel, checkpoints);
        return DeviceMemory.Watch(device, () => train(concrete, context, data));
    }
}
