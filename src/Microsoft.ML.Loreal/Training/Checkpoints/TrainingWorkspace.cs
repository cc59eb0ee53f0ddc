using Microsoft.ML.Runtime;

namespace Microsoft.ML.Loreal.Training.Checkpoints;

/// <summary>The folder of a training that can be cut off and what an earlier call left in it; or no folder.</summary>
internal sealed class TrainingWorkspace : IDisposable
{
    private readonly WorkspaceFolder? _folder;
    private readonly Checkpoint? _found;

    /// <summary>Opens the folder.</summary>
    /// <param name="path">Its path; null for none.</param>
    /// <exception cref="InvalidOperationException">Another training uses the folder.</exception>
    /// <exception cref="InvalidDataException">The checkpoint in it is damaged.</exception>
    public TrainingWorkspace(string? path)
    {
        if (path is null)
        {
            return;
        }

        _folder = WorkspaceFolder.Open(path);
        try
        {
            _found = TrainingCheckpoints.Find(_folder);
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
    }

    /// <summary>The seed that was asked for, else that of the training to go on with, else a new one.</summary>
    public int Seed(int? asked, IHost host) =>
        asked ?? (_found is null ? host.Rand.Next() : TrainingConfiguration.Seed(_found.Configuration));

    /// <summary>What the training goes on from and writes to; null without a folder.</summary>
    /// <param name="configuration">Describes this training.</param>
    /// <param name="interval">The least time between two checkpoints.</param>
    /// <param name="channel">Where to say so.</param>
    /// <exception cref="InvalidOperationException">What was found belongs to another training.</exception>
    public TrainingCheckpoints? Checkpoints(Func<string> configuration, TimeSpan interval, IChannel channel)
    {
        if (_folder is null)
        {
            return null;
        }

        var checkpoints = new TrainingCheckpoints(
            _folder, _found, configuration(), interval, message => channel.Warning(MessageSensitivity.UserData, message));
        if (_found is not null)
        {
            channel.Info(MessageSensitivity.UserData, $"Going on from the checkpoint of {_found.Position} in '{_folder.FullName}'.");
        }

        return checkpoints;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _found?.Dispose();
        _folder?.Dispose();
    }
}
