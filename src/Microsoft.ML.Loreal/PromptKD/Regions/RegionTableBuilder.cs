using System.Runtime.InteropServices;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.PromptKD.Teacher;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training.Data;
using Microsoft.ML.Loreal.Training.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PromptKD.Regions;

/// <summary>Makes the file of a region table: the teacher looks at every region once.</summary>
/// <param name="teacher">The teacher.</param>
/// <param name="images">The training images.</param>
/// <param name="minimumArea">The smallest share of an image in a region.</param>
/// <param name="temperature">T of the teacher's probabilities.</param>
/// <param name="seed">The seed of the regions.</param>
internal sealed class RegionTableBuilder(PromptKDTeacher teacher, ILabeledImages images, float minimumArea, double temperature, int seed)
{
    // Regions per forward pass of the teacher, as in the feature cache.
    private const int EncodeBatch = 32;

    /// <summary>
    /// Writes the file beside its place and moves it there when it is complete. Several may do so at once: they write the same.
    /// </summary>
    public void Write(string path, RegionTableHeader header, CancellationToken cancel)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                stream.Write(header.ToBytes());
                foreach (byte[] row in Rows(header, cancel))
                {
                    stream.Write(row);
                }

                stream.Flush(flushToDisk: true);
            }

            try
            {
                File.Move(temporary, path);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another training was first.
            }
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>The rows in their order; the array is reused.</summary>
    private IEnumerable<byte[]> Rows(RegionTableHeader header, CancellationToken cancel)
    {
        byte[] row = new byte[header.RowLength];
        int chunk = Math.Max(1, EncodeBatch / header.Views);
        int chunks = (images.Count + chunk - 1) / chunk;
        foreach (Regions[] cut in OrderedWork.Run<Regions>(chunks, index => [Cut(index * chunk, header.Views, chunk, cancel)], cancel))
        {
            cancel.ThrowIfCancellationRequested();
            using Regions regions = cut[0];
            (long[] classes, float[] probabilities) = Ask(regions.Pixels, header.Kept);
            for (int i = 0; i < regions.Drawn.Length; i++)
            {
                header.WriteRow(row, regions.Drawn[i], classes.AsSpan(i * header.Kept), probabilities.AsSpan(i * header.Kept));
                yield return row;
            }
        }
    }

    /// <summary>The teacher's most probable classes: R * K numbers each.</summary>
    private (long[] Classes, float[] Probabilities) Ask(Tensor pixels, int kept)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor features = teacher.Encoder.Encode(DeviceTransfer.Send(pixels, teacher.Device)); // [R, G]
        Tensor answers = teacher.Probabilities(features, temperature);                         // [R, C]
        (Tensor probabilities, Tensor classes) = answers.topk(kept, 1);                      // [R, K]
        return (
            MemoryMarshal.Cast<byte, long>(classes.cpu().contiguous().bytes).ToArray(),
            MemoryMarshal.Cast<byte, float>(probabilities.cpu().contiguous().bytes).ToArray());
    }

    private Regions Cut(int first, int views, int chunk, CancellationToken cancel)
    {
        int count = Math.Min(chunk, images.Count - first);
        int side = teacher.Resolution;
        var drawn = new ImageRegion[count * views];
        Tensor pixels = DeviceTransfer.Memory(teacher.Device, drawn.Length, 3, side, side);
        try
        {
            Span<float> all = MemoryMarshal.Cast<byte, float>(pixels.bytes);
            for (int i = 0; i < drawn.Length; i += views)
            {
                cancel.ThrowIfCancellationRequested();
                int image = first + (i / views);
                using RgbImage picture = images.Load(image);
                for (int view = 0; view < views; view++)
                {
                    drawn[i + view] = RandomViews.Region(seed, minimumArea, picture, image, view, side);
                    teacher.ImageProcessor.Cut(picture, drawn[i + view], side, all.Slice((i + view) * 3 * side * side, 3 * side * side));
                }
            }

            return new Regions(drawn, pixels);
        }
        catch
        {
            pixels.Dispose();
            throw;
        }
    }

    private sealed record Regions(ImageRegion[] Drawn, Tensor Pixels) : IDisposable
    {
        public void Dispose() => Pixels.Dispose();
    }
}
