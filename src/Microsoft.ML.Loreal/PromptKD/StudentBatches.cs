using System.Runtime.InteropServices;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.PromptKD.Teacher;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training.Data;
using Microsoft.ML.Loreal.Training.Features;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PromptKD;

/// <summary>The student's pixels of an epoch, decoded and cut by worker threads a few batches ahead of the training.</summary>
/// <param name="images">The training images.</param>
/// <param name="processor">How pixels become tensors.</param>
/// <param name="resolution">The side of the student's images.</param>
/// <param name="device">Where the student is.</param>
/// <param name="labels">What the epochs show of the images.</param>
/// <param name="cancel">Looked at before every image.</param>
internal sealed class StudentBatches(
    ILabeledImages images, ImageProcessor processor, int resolution, Device device, ITeacherLabels labels, CancellationToken cancel)
    : IDisposable
{
    private IReadOnlyList<int[]> _batches = [];
    private IEnumerator<Tensor[]>? _ahead;
    private int _epoch;

    /// <summary>Starts an epoch.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="batches">All its batches; the first ones may never be asked for, where a training goes on within an epoch.</param>
    public void BeginEpoch(int epoch, IReadOnlyList<int[]> batches)
    {
        Dispose();
        _ahead = null;
        _epoch = epoch;
        _batches = batches;
    }

    /// <summary>The pixels of the next batch.</summary>
    /// <returns>[B, 3, r, r], on the processor, ready to be sent to the device.</returns>
    public Tensor Next(int[] batch)
    {
        if (_ahead is null)
        {
            // Workers outlive this call, and the next epoch sets the fields anew.
            (int epoch, IReadOnlyList<int[]> batches) = (_epoch, _batches);
            int first = batches.Index().First(b => b.Item.AsSpan().SequenceEqual(batch)).Index;
            _ahead = OrderedWork.Run<Tensor>(batches.Count - first, index => [Load(epoch, batches[first + index])], cancel).GetEnumerator();
        }

        _ahead.MoveNext();
        return _ahead.Current[0];
    }

    /// <inheritdoc/>
    public void Dispose() => _ahead?.Dispose();

    private Tensor Load(int epoch, int[] batch)
    {
        Tensor pixels = DeviceTransfer.Memory(device, batch.Length, 3, resolution, resolution);
        try
        {
            Span<float> all = MemoryMarshal.Cast<byte, float>(pixels.bytes);
            int size = all.Length / batch.Length;
            for (int i = 0; i < batch.Length; i++)
            {
                cancel.ThrowIfCancellationRequested();
                using RgbImage picture = images.Load(batch[i]);
                processor.Cut(picture, labels.Region(epoch, batch[i], picture), resolution, all.Slice(i * size, size));
            }

            return pixels;
        }
        catch
        {
            pixels.Dispose();
            throw;
        }
    }
}
