using System.Globalization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>The parameters, the optimizer's two averages and the number of steps taken, so that an interrupted run can go on.</summary>
internal static class Checkpoint
{
    private const string StepKey = "step";

    internal static void Save(string path, int step, AdamW optimizer) => SafetensorsWriter.Write(
        path, Tensors(optimizer), new Dictionary<string, string> { [StepKey] = step.ToString(CultureInfo.InvariantCulture) });

    /// <summary>Returns the number of steps that the checkpoint has behind it.</summary>
    internal static int Load(string path, AdamW optimizer)
    {
        using var file = SafetensorsFile.Read(path);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        foreach ((string name, Tensor target) in Tensors(optimizer))
        {
            target.copy_(file.ReadTensor(name));
        }

        int step = int.Parse(file.Metadata[StepKey], CultureInfo.InvariantCulture);
        foreach (AdamW.State state in States(optimizer))
        {
            state.step = step;
        }

        return step;
    }

    private static IEnumerable<(string Name, Tensor Value)> Tensors(AdamW optimizer) => optimizer.parameters()
        .Concat(States(optimizer).SelectMany(state => new[] { state.exp_avg!, state.exp_avg_sq! }))
        .Select((tensor, i) => (i.ToString(CultureInfo.InvariantCulture), tensor));

    private static IEnumerable<AdamW.State> States(AdamW optimizer) => optimizer.state_dict().State.Cast<AdamW.State>();
}
