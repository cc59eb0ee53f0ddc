using System.Text.Json;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>The batches, pictures and optimizer that all methods of the reference numbers share.</summary>
internal sealed class ReferenceRun
{
    public ReferenceRun(ReferenceFiles method)
    {
        var pool = ReferenceFiles.Open("methods/pool_a");
        Batches = method.Root.GetProperty("batches").Deserialize<int[][]>()!;
        Labels = method.Root.GetProperty("labels").Deserialize<int[]>()!;
        High = pool.Tensor("hr");
        Low = pool.Tensor("lr");
        Root = method.Root;
    }

    public int[][] Batches { get; }

    public int[] Labels { get; }

    /// <summary>The picture pool at the standard resolution.</summary>
    public Tensor High { get; }

    /// <summary>The same pictures at the low resolution.</summary>
    public Tensor Low { get; }

    private JsonElement Root { get; }

    private JsonElement Optimizer => Root.GetProperty("optimizer");

    public Tensor Targets(int step) => tensor(Array.ConvertAll(Batches[step], i => (long)Labels[i]));

    public Tensor Pixels(Tensor pool, int step) => pool.index_select(0, tensor(Array.ConvertAll(Batches[step], i => (long)i)));

    /// <summary>The optimizer of a part whose variants have their own learning rates.</summary>
    public optim.Optimizer CreateOptimizer(IEnumerable<TorchSharp.Modules.Parameter> parameters, double rate) =>
        Sgd(parameters, Optimizer, rate);

    /// <summary>SGD with the settings that a part states.</summary>
    public static optim.Optimizer Sgd(IEnumerable<TorchSharp.Modules.Parameter> parameters, JsonElement settings, double rate) =>
        optim.SGD(
            parameters, rate, settings.GetProperty("momentum").GetDouble(), weight_decay: settings.GetProperty("weight_decay").GetDouble());

    public optim.Optimizer CreateOptimizer(IEnumerable<TorchSharp.Modules.Parameter> parameters) => optim.SGD(
        parameters,
        Optimizer.GetProperty("lr").GetDouble(),
        Optimizer.GetProperty("momentum").GetDouble(),
        Optimizer.GetProperty("dampening").GetDouble(),
        Optimizer.GetProperty("weight_decay").GetDouble(),
        Optimizer.GetProperty("nesterov").GetBoolean());
}
