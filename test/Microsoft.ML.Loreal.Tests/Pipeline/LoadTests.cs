using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.ML.Data;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using TorchSharp;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>
/// Many threads, many objects, many rows: right answers, and memory that stays where it was. The benchmark "reliability" has the same
/// loops, longer.
/// </summary>
[TestClass]
public sealed class LoadTests
{
    private const int Threads = 16;

    // What the runtime itself may take meanwhile. If every iteration kept its model or its decoded picture, several times as much would
    // stay.
    private const long Slack = 100 << 20;

    [TestMethod]
    public void SixteenThreadsWithOneTransformerGiveTheScoresOfOne()
    {
        var ml = new MLContext(1);
        byte[][] files = [.. Trained.Photos.Select(photo => File.ReadAllBytes(photo.ImagePath))];
        using PredictionEngine<EncodedPhoto, PhotoScores> alone = Engine(ml, Trained.Loreal);
        List<float[]> expected = [.. files.Select(file => alone.Predict(new EncodedPhoto { Image = file }).Score)];
        var results = new ConcurrentBag<(int First, List<float[]> Scores)>();

        ParallelThreads.Run(Threads, index =>
        {
            // Each begins elsewhere, so that different pictures are scored at a time.
            using PredictionEngine<EncodedPhoto, PhotoScores> engine = Engine(ml, Trained.Loreal);
            IEnumerable<byte[]> shifted = files.Skip(index % files.Length).Concat(files.Take(index % files.Length));
            results.Add((index, [.. shifted.Select(file => engine.Predict(new EncodedPhoto { Image = file }).Score)]));
        });

        Assert.HasCount(Threads, results);
        foreach ((int first, List<float[]> scores) in results)
        {
            Rows.AssertIdentical([.. Enumerable.Range(first, files.Length).Select(i => expected[i % files.Length])], scores);
        }
    }

    [TestMethod]
    public void HundredsOfTransformersLeaveNothingBehind()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext(1);
        string zip = folder["model.zip"];
        ml.Model.Save(Trained.Loreal, Trained.Prepared(ml).Schema, zip);
        byte[] file = File.ReadAllBytes(Trained.Photos[0].ImagePath);
        float[] expected = Once();

        // TorchSharp itself counts a tensor whose memory a parameter took over as a living one for ever.
        AssertFlat(warmUp: 50, 250, _ => CollectionAssert.AreEqual(expected, Once()), countTensors: false);

        float[] Once()
        {
            using var transformer = (LorealTransformer)ml.Model.Load(zip, out _);
            using PredictionEngine<EncodedPhoto, PhotoScores> engine = Engine(ml, transformer);
            return engine.Predict(new EncodedPhoto { Image = file }).Score;
        }
    }

    [TestMethod]
    public void AThousandPredictionsLeaveNothingBehind()
    {
        var ml = new MLContext(1);
        byte[] file = EncodedLargePicture();
        using PredictionEngine<EncodedPhoto, PhotoScores> engine = Engine(ml, Trained.Loreal);
        float[] expected = engine.Predict(new EncodedPhoto { Image = file }).Score;

        AssertFlat(warmUp: 100, 1_000, _ => CollectionAssert.AreEqual(expected, engine.Predict(new EncodedPhoto { Image = file }).Score));
    }

    [TestMethod]
    public void ThousandsOfRowsLeaveNothingBehind()
    {
        const int rows = 5_000;
        var ml = new MLContext(1);
        EncodedPhoto[] photos = [.. Trained.Photos.Select(photo => new EncodedPhoto { Image = File.ReadAllBytes(photo.ImagePath) })];
        List<float[]> expected = Rows.Scores(Trained.Loreal.Transform(ml.Data.LoadFromEnumerable(photos)));
        IDataView scored = Trained.Loreal.Transform(
            ml.Data.LoadFromEnumerable(Enumerable.Range(0, rows).Select(i => photos[i % photos.Length])));
        DataViewSchema.Column column = scored.Schema["Score"];
        using DataViewRowCursor cursor = scored.GetRowCursor([column]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> value = default;

        AssertFlat(warmUp: 500, rows - 500, _ =>
        {
            Assert.IsTrue(cursor.MoveNext());
            getter(ref value);
            // A batch of another size adds up in another order.
            AssertClose(expected[(int)(cursor.Position % photos.Length)], value.GetValues(), 1e-5f);
        });
        Assert.IsFalse(cursor.MoveNext());
    }

    [TestMethod]
    public void DisposingAtAnyMomentGivesRightScoresOrAnError()
    {
        const int rounds = 30;
        const int threads = 4;
        var ml = new MLContext(1);
        byte[] file = File.ReadAllBytes(Trained.Photos[0].ImagePath);
        using PredictionEngine<EncodedPhoto, PhotoScores> alone = Engine(ml, Trained.Loreal);
        float[] expected = alone.Predict(new EncodedPhoto { Image = file }).Score;
        var random = new Random(1);
        var outcomes = new ConcurrentBag<Exception>();
        for (int round = 0; round < rounds; round++)
        {
            LorealTransformer model = Trained.Loreal.WithClasses(Pictures.ClassNames);
            var moment = TimeSpan.FromMilliseconds(20 * random.NextDouble());
            ParallelThreads.Run(threads + 1, index =>
            {
                if (index == threads)
                {
                    Thread.Sleep(moment);
                    model.Dispose();
                    return;
                }

                try
                {
                    using PredictionEngine<EncodedPhoto, PhotoScores> engine = Engine(ml, model);
                    while (true)
                    {
                        CollectionAssert.AreEqual(expected, engine.Predict(new EncodedPhoto { Image = file }).Score);
                    }
                }
                catch (Exception exception)
                {
                    outcomes.Add(exception);
                }
            });
        }

        Assert.HasCount(rounds * threads, outcomes);
        Assert.IsEmpty(outcomes.Where(outcome => outcome is not ObjectDisposedException));
    }

    /// <summary>Neither tensors nor resident memory grow.</summary>
    private static void AssertFlat(int warmUp, int count, Action<int> action, bool countTensors = true)
    {
        Repeat(warmUp);
        (long bytes, long tensors) = (ResidentBytes(), torch.Tensor.TotalCount);

        Repeat(count);

        if (countTensors)
        {
            Assert.IsLessThanOrEqualTo(tensors, torch.Tensor.TotalCount, "Tensors that stay.");
        }

        Assert.IsLessThan(Slack, ResidentBytes() - bytes, "Bytes that stay.");

        void Repeat(int times)
        {
            for (int i = 0; i < times; i++)
            {
                action(i);
            }
        }
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static byte[] EncodedLargePicture()
    {
        const int side = 256;
        byte[] pixels = new byte[3 * side * side];
        new Random(1).NextBytes(pixels);
        using var picture = Image.LoadPixelData<Rgb24>(pixels, side, side);
        using var stream = new MemoryStream();
        picture.SaveAsJpeg(stream);
        return stream.ToArray();
    }

    private static PredictionEngine<EncodedPhoto, PhotoScores> Engine(MLContext ml, LorealTransformer model) =>
        ml.Model.CreatePredictionEngine<EncodedPhoto, PhotoScores>(model, new PredictionEngineOptions { OwnsTransformer = false });

    private static void AssertClose(float[] expected, ReadOnlySpan<float> actual, float tolerance)
    {
        Assert.AreEqual(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], tolerance);
        }
    }
}
