using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training.Features;

/// <summary>
/// Random views of the training images, put through what is frozen of the image side once and looked up by all epochs, or, without cached
/// views, anew in every epoch.
/// </summary>
/// <remarks>
/// Images are decoded and cropped by worker threads, a bounded number ahead of the tower. The features do not depend on how many threads
/// there are.
/// </remarks>
internal sealed class FeatureCache
{
    // Views per forward pass of the tower: enough to keep the matrix products busy, few enough to bound the memory of the pixels that wait.
    private const int EncodeBatch = 32;

    private readonly ILabeledImages _images;
    private readonly ImageProcessor _processor;
    private readonly float? _minimumArea;
    private readonly int _views;
    private readonly int _seed;
    private readonly Device _device;
    private readonly FeatureStorage _storage;
    private readonly string? _configuration;

    /// <summary>Describes the views.</summary>
    /// <param name="images">The training images.</param>
    /// <param name="processor">How pixels become tensors.</param>
    /// <param name="minimumArea">
    /// The smallest share of the image in a random crop; null for the one view that is scored, without chance.
    /// </param>
    /// <param name="views">V, the cached views per image; 0 encodes a new view of every image in every epoch.</param>
    /// <param name="seed">The seed of the views.</param>
    /// <param name="device">Where the tower is.</param>
    /// <param name="storage">Where the encoded views are; null for in memory.</param>
    /// <param name="configuration">
    /// What besides the views decides how they are encoded, so that files of them can be used again; null to keep none.
    /// </param>
    public FeatureCache(
        ILabeledImages images,
        ImageProcessor processor,
        float? minimumArea,
        int views,
        int seed,
        Device device,
        FeatureStorage? storage = null,
        string? configuration = null)
    {
        _images = images;
        _processor = processor;
        _minimumArea = minimumArea;
        _views = views;
        _seed = seed;
        _device = device;
        _storage = storage ?? new FeatureStorage(long.MaxValue, null, device);
        _configuration = configuration;
    }

    /// <summary>
    /// Encodes the cached views for the whole training, or finds them in files; does nothing where every epoch has its own.
    /// </summary>
    public void Fill(IReadOnlyList<FeatureStream> streams, CancellationToken cancel)
    {
        if (_views == 0)
        {
            return;
        }

        var missing = new List<FeatureStream>();
        foreach (FeatureStream stream in streams)
        {
            cancel.ThrowIfCancellationRequested();
            if (_storage.Find(Identity(stream), (long)_images.Count * _views) is { } found)
            {
                stream.Replace(found, _storage);
            }
            else
            {
                missing.Add(stream);
            }
        }

        if (missing.Count > 0)
        {
            Encode(missing, 0, _views, keep: true, cancel);
        }
    }

    /// <summary>Makes the views of an epoch available.</summary>
    public void BeginEpoch(IReadOnlyList<FeatureStream> streams, int stage, int epoch, CancellationToken cancel)
    {
        if (_views == 0)
        {
            Encode(streams, EpochView(stage, epoch), 1, keep: false, cancel);
        }
    }

    /// <summary>The features of a batch in an epoch: for each image one of its views.</summary>
    /// <returns>[B, F], what <see cref="FeatureStream.Encode"/> gives.</returns>
    public Tensor Batch(FeatureStream stream, int[] images, int stage, int epoch)
    {
        long[] rows = new long[images.Length];
        for (int i = 0; i < images.Length; i++)
        {
            rows[i] = _views == 0 ? images[i] : (long)images[i] * _views + View(stream.Resolution, images[i], stage, epoch);
        }

        return stream.Rows(rows);
    }

    /// <summary>The number of the view that an epoch shows of an image at a resolution.</summary>
    public int View(int resolution, int image, int stage, int epoch) =>
        _views == 0 ? EpochView(stage, epoch) : RandomViews.Number(_seed, _views, resolution, image, stage, epoch);

    /// <summary>What a random view shows.</summary>
    /// <param name="picture">The image.</param>
    /// <param name="image">Its index.</param>
    /// <param name="view">The number of the view.</param>
    /// <param name="resolution">The resolution that it was drawn for.</param>
    public ImageRegion Region(RgbImage picture, int image, int view, int resolution) =>
        RandomViews.Region(_seed, _minimumArea!.Value, picture, image, view, resolution);

    private static int EpochView(int stage, int epoch) => (stage << 20) | epoch;

    /// <summary>
    /// The SHA-256 of everything that decides what the cached views of a stream are encoded to; null where that is not known.
    /// </summary>
    private byte[]? Identity(FeatureStream stream) => _configuration is null || _images.Identity is null
        ? null
        : SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{_configuration}\n{_processor.Identity}\n{_images.Identity}\n{_seed}\n{_views}\n{_minimumArea}\n{stream.Resolution}")));

    private void Encode(IReadOnlyList<FeatureStream> streams, int firstView, int views, bool keep, CancellationToken cancel)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int chunk = Math.Max(1, EncodeBatch / views);
        int chunks = (_images.Count + chunk - 1) / chunk;
        FeatureWriter[] writers = streams.Select(s => _storage.Write(keep ? Identity(s) : null, (long)_images.Count * views)).ToArray();
        var free = new ConcurrentBag<Tensor[]>();
        try
        {
            int first = 0;
            foreach (Tensor[] pixels in OrderedWork.Run(chunks, DrawAll, cancel))
            {
                using DisposeScope step = NewDisposeScope();
                cancel.ThrowIfCancellationRequested();
                int count = Math.Min(chunk, _images.Count - first);
                for (int s = 0; s < streams.Count; s++)
                {
                    Tensor batch = pixels[s].narrow(0, 0, count * views);    // [b, 3, r, r]

                    // The copy to the device is waited for, since the pixels' memory is written to again.
                    writers[s].Add(streams[s].Encode(batch.to(_device)));    // [b, F]
                }

                first += count;
                free.Add(pixels);
            }

            for (int s = 0; s < streams.Count; s++)
            {
                streams[s].Replace(writers[s].Complete(), _storage);
            }
        }
        finally
        {
            foreach (Tensor? tensor in free.SelectMany(pixels => pixels))
            {
                tensor.Dispose();
            }

            foreach (FeatureWriter? writer in writers)
            {
                writer.Dispose();
            }
        }

        Tensor[] DrawAll(int index)
        {
            int first = index * chunk;
            int count = Math.Min(chunk, _images.Count - first);
            Tensor[] pixels = free.TryTake(out Tensor[]? used)
                ? used
                : [.. streams.Select(s => DeviceTransfer.Memory(_device, chunk * views, 3, s.Resolution, s.Resolution))];
            try
            {
                for (int i = 0; i < count; i++)
                {
                    cancel.ThrowIfCancellationRequested();
                    using RgbImage image = _images.Load(first + i);
                    for (int s = 0; s < streams.Count; s++)
                    {
                        int side = streams[s].Resolution;
                        Span<float> all = MemoryMarshal.Cast<byte, float>(pixels[s].bytes);
                        for (int v = 0; v < views; v++)
                        {
                            Draw(image, first + i, firstView + v, side, all.Slice((i * views + v) * 3 * side * side, 3 * side * side));
                        }
                    }
                }
            }
            catch
            {
                foreach (Tensor tensor in pixels)
                {
                    tensor.Dispose();
                }

                throw;
            }

            return pixels;
        }
    }

    private void Draw(RgbImage image, int index, int view, int side, Span<float> pixels)
    {
        if (_minimumArea is not null)
        {
            _processor.Cut(image, Region(image, index, view, side), side, pixels);
        }
        else
        {
            _processor.Evaluate(image, side, pixels);
        }
    }
}
