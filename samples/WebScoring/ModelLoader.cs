namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <summary>Loads the model beside the running server, which meanwhile answers that it is alive but not ready.</summary>
internal sealed class ModelLoader(
    IModelSource source, ModelHolder holder, IHostApplicationLifetime lifetime, ILogger<ModelLoader> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        // A model that cannot be loaded stops the server, which must not be in the middle of starting then.
        var started = new TaskCompletionSource();
        using CancellationTokenRegistration listening = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stopping);
        await Task.Run(() => Load(stopping), CancellationToken.None);
    }

    private void Load(CancellationToken stopping)
    {
        try
        {
            log.LogInformation("Loading the model ...");
            ServedModel model = source.Load(new MLContext(seed: 1), stopping);
            model.WarmUp();
            holder.Model = model;
            log.LogInformation("Ready: {Classes} classes at {Resolution} px.", model.Classes.Count, model.Resolution);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            // A server without a model is of no use: whoever started it sees why, and the exit code.
            log.LogCritical("There is no model to serve. {Reason}", exception.Message);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }
}
