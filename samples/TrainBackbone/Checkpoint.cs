using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Samples.TrainBackbone;

/// <summary>The parameters, the optimizer's two averages and the number of steps taken, so that an interrupted run can go on.</summary>
internal static class Checkpoint
{
    internal static void Save(string path, int step, AdamW optimizer)
    {
        using (var writer = new BinaryWriter(File.Create(path + ".part")))
        {
            writer.Write(step);
            foreach (Tensor tensor in Tensors(optimizer))
            {
                using DisposeScope scope = NewDisposeScope();
                foreach (float number in tensor.detach().reshape(-1).data<float>().ToArray())
                {
                    writer.Write(number);
                }
            }
        }
        File.Move(path + ".part", path, overwrite: true);
    }

    /// <summary>Returns the number of steps that the checkpoint has behind it.</summary>
    internal static int Load(string path, AdamW optimizer)
    {
        using var reader = new BinaryReader(File.OpenRead(path));
        using IDisposable frozen = no_grad();
        int step = reader.ReadInt32();
        foreach (Tensor target in Tensors(optimizer))
        {
            using DisposeScope scope = NewDisposeScope();
            float[] numbers = new float[target.numel()];
            for (int i = 0; i < numbers.Length; i++)
            {
                numbers[i] = reader.ReadSingle();
            }
            target.copy_(tensor(numbers).reshape(target.shape));
        }
        foreach (AdamW.State state in optimizer.state_dict().State.Cast<AdamW.State>())
        {
            state.step = step;
        }
        return step;
    }

    private static IEnumerable<Tensor> Tensors(AdamW optimizer) => optimizer.parameters()
        .Concat(optimizer.state_dict().State.Cast<AdamW.State>().SelectMany(s => new[] { s.exp_avg!, s.exp_avg_sq! }));
}
