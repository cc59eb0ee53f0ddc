using System.Diagnostics;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training.Progress;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training.Checkpoints;

/// <summary>Keeps one file in the workspace that says how far a training is, and goes on from the one that is found there.</summary>
/// <remarks>
/// The file has the learned state of every complete stage; of the stage that runs, the weights, what the optimizer remembers, and the best
/// weights so far. It stays when the training is complete: the same call then gives the same model again at once.
/// </remarks>
internal sealed class TrainingCheckpoints : IDisposable
{
    private const string FileName = "checkpoint.safetensors";
    private const string Weights = "weights.";
    private const string Best = "best.";

    private readonly WorkspaceFolder _folder;
    private readonly Checkpoint? _found;
    private readonly string _configuration;
    private readonly TimeSpan _interval;
    private readonly Action<string> _warn;
    private readonly Dictionary<string, Tensor> _complete = new(StringComparer.Ordinal);
    private readonly Stopwatch _sinceSaved = Stopwatch.StartNew();
    private TrainingPosition? _kept;

    /// <summary>Goes on from what was found.</summary>
    /// <param name="folder">Where the file is.</param>
    /// <param name="found">What <see cref="Find"/> gave; the caller disposes it afterwards.</param>
    /// <param name="configuration">The description of this training.</param>
    /// <param name="interval">The least time between two checkpoints; zero for one after every epoch.</param>
    /// <param name="warn">Told where a checkpoint cannot be written.</param>
    /// <exception cref="InvalidOperationException">What was found belongs to another training.</exception>
    public TrainingCheckpoints(WorkspaceFolder folder, Checkpoint? found, string configuration, TimeSpan interval, Action<string> warn)
    {
        _folder = folder;
        _found = found;
        _configuration = configuration;
        _interval = interval;
        _warn = warn;
        _kept = found?.Position;
        if (found is not null)
        {
            TrainingConfiguration.CheckSame(found.Configuration, configuration, folder.File(FileName));
        }
    }

    /// <summary>What of an earlier training stays when this one fails, as a sentence.</summary>
    public string Kept => _kept is null ? "There is no checkpoint yet." : $"The checkpoint of {_kept} is kept in '{_folder.FullName}'.";

    /// <summary>The checkpoint in a folder; null where there is none.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static Checkpoint? Find(WorkspaceFolder folder) =>
        File.Exists(folder.File(FileName)) ? Checkpoint.Read(folder.File(FileName)) : null;

    /// <summary>Whether a stage was complete already when this training began.</summary>
    public bool IsComplete(int stage) =>
        _found is { Position: var position } && (position.Stage > stage || (position.Stage == stage && position.Done));

    /// <summary>Loads what a stage learned, where it is complete.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="load">Takes a function that gives a tensor of the learned state by its name.</param>
    /// <returns>Whether it is.</returns>
    public bool TryLoad(int stage, Action<Func<string, Tensor>> load)
    {
        if (!IsComplete(stage))
        {
            return false;
        }

        load(name => Saved(Prefix(stage) + name));
        foreach ((string name, Tensor value) in _found!.Tensors.Where(t => t.Key.StartsWith(Prefix(stage), StringComparison.Ordinal)))
        {
            _complete[name] = value.alias().DetachFromDisposeScope();
        }

        return true;
    }

    /// <summary>Brings a stage to where it was left, or leaves it at its start.</summary>
    public TrainingPosition Resume(int stage, IReadOnlyList<Parameter> parameters, OptimizerHelper optimizer, BestWeights? best)
    {
        if (_found?.Position is not { } position || position.Stage != stage)
        {
            return new TrainingPosition(stage, 0);
        }

        using IDisposable noGrad = no_grad();
        for (int i = 0; i < parameters.Count; i++)
        {
            NamedState.Copy($"{Weights}{i}", Saved($"{Weights}{i}"), parameters[i]);
        }

        OptimizerTensors.Restore(optimizer, name => _found.Tensors.GetValueOrDefault(name));
        int kept = position.Best is null ? 0 : parameters.Count;
        best?.Keep(position.Best, position.Waited, Enumerable.Range(0, kept).Select(i => Saved($"{Best}{i}")));
        return position;
    }

    /// <summary>Whether it is time for a checkpoint after a step.</summary>
    public bool IsDue(bool endOfEpoch) => _interval == TimeSpan.Zero ? endOfEpoch : _sinceSaved.Elapsed >= _interval;

    /// <summary>Writes how far a stage is.</summary>
    public void Save(TrainingPosition position, IReadOnlyList<Parameter> parameters, OptimizerHelper optimizer, BestWeights? best)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        IEnumerable<(string Name, Tensor Value)> weights = parameters.Select((p, i) => ($"{Weights}{i}", (Tensor)p));
        IEnumerable<(string Name, Tensor Value)> bestWeights = best is null ? [] : best.Copies.Select((c, i) => ($"{Best}{i}", c));
        Write(
            position with { Best = best?.Best, Waited = best?.Waited ?? 0 },
            [.. weights, .. OptimizerTensors.Of(optimizer), .. bestWeights]);
    }

    /// <summary>Writes that a stage is complete.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="state">What it learned.</param>
    public void Complete(int stage, IEnumerable<(string Name, Tensor Value)> state)
    {
        using (no_grad())
        using (NewDisposeScope())
        {
            foreach ((string name, Tensor value) in state)
            {
                _complete[Prefix(stage) + name] = value.detach().clone().DetachFromDisposeScope();
            }
        }

        Write(new TrainingPosition(stage, 0, Done: true), []);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _complete.Values)
        {
            tensor.Dispose();
        }
    }

    private static string Prefix(int stage) => $"stage{stage}.";

    private Tensor Saved(string name) => _found!.Tensors.TryGetValue(name, out Tensor? value)
        ? value
        : throw new InvalidDataException(
            $"The checkpoint '{_folder.File(FileName)}' has no tensor \"{name}\". Delete it to train from the beginning.");

    private void Write(TrainingPosition position, IEnumerable<(string Name, Tensor Value)> running)
    {
        var tensors = new Dictionary<string, Tensor>(_complete, StringComparer.Ordinal);
        foreach ((string name, Tensor value) in running)
        {
            tensors[name] = value;
        }

        // Not disposed: the tensors belong to others.
        var checkpoint = new Checkpoint(_configuration, position, tensors);
        try
        {
            _folder.Write(FileName, checkpoint.Write);
            _kept = position;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A full disk is no reason to lose the training: it goes on, and the next checkpoint may find room.
            _warn($"The checkpoint of {position} could not be written: {exception.Message} {Kept}");
        }

        _sinceSaved.Restart();
    }
}
