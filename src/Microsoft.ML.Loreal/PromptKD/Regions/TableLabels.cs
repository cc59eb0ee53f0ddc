using System.Runtime.InteropServices;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.PromptKD.Teacher;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PromptKD.Regions;

/// <summary>The teacher's answers looked up in a region table.</summary>
/// <param name="table">The table, which it takes over.</param>
/// <param name="classes">C.</param>
/// <param name="sparsification">What takes the place of the answers that were not kept.</param>
/// <param name="seed">The seed of the choice of the views.</param>
/// <param name="resolution">The teacher's resolution, which the regions were drawn for.</param>
/// <param name="device">Where the answers are wanted.</param>
internal sealed class TableLabels(
    RegionTable table, int classes, LabelSparsification sparsification, int seed, int resolution, Device device) : ITeacherLabels
{
    /// <inheritdoc/>
    public void BeginEpoch(int epoch, CancellationToken cancel)
    {
    }

    /// <inheritdoc/>
    public ImageRegion Region(int epoch, int image, RgbImage picture) => table.Region(Row(epoch, image), picture);

    /// <inheritdoc/>
    public Tensor Probabilities(int epoch, int[] images)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor probabilities = DeviceTransfer.Memory(device, images.Length, classes);
        Span<float> all = MemoryMarshal.Cast<byte, float>(probabilities.bytes);
        for (int i = 0; i < images.Length; i++)
        {
            table.Labels(Row(epoch, images[i]), sparsification, all.Slice(i * classes, classes));
        }

        return DeviceTransfer.Send(probabilities, device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => table.Dispose();

    private long Row(int epoch, int image) =>
        ((long)image * table.Views) + RandomViews.Number(seed, table.Views, resolution, image, ITeacherLabels.Stage, epoch);
}
