using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>The classifier that needs no pipeline, against plain loops.</summary>
[TestClass]
public sealed class LorealClassifierTests
{
    private const float Tolerance = 1e-6f;

    [TestMethod]
    public void PathsBytesPixelsAndBatchesGiveThePlainScores()
    {
        using var folder = new TemporaryFolder();
        using var classifier = LorealClassifier.Load(TinyOnnx.Write(folder));
        CollectionAssert.AreEqual(TinyOnnx.ClassNames, classifier.ClassNames.ToArray());
        Assert.AreEqual(TinyOnnx.Side, classifier.Resolution);
        Assert.AreEqual("CoOp", classifier.Method);
        string[] paths = [.. Trained.Photos.Select(photo => photo.ImagePath)];

        IReadOnlyList<ImagePrediction> together = classifier.Predict(paths);
        IReadOnlyList<ImagePrediction> contents = classifier.Predict([.. paths.Select(File.ReadAllBytes)]);

        Assert.HasCount(paths.Length, together);
        for (int i = 0; i < paths.Length; i++)
        {
            AssertNear(TinyOnnx.Plain(paths[i]), together[i].Scores);
            AssertSame(together[i], contents[i]);
            AssertSame(together[i], classifier.Predict(paths[i]));
            AssertSame(together[i], classifier.Predict(File.ReadAllBytes(paths[i])));
            using RgbImage image = new ImageDecoder(1_000_000).Decode(paths[i]);
            AssertSame(together[i], classifier.Predict(image.Pixels.AsSpan(0, 3 * image.Width * image.Height), image.Width, image.Height));
        }

        // More than are scored together.
        string[] many = [.. Enumerable.Range(0, 70).Select(i => paths[i % paths.Length])];
        foreach ((ImagePrediction prediction, int i) in classifier.Predict(many).Select((prediction, i) => (prediction, i)))
        {
            AssertSame(together[i % paths.Length], prediction);
        }

        Assert.IsEmpty(classifier.Predict(Array.Empty<string>()));
    }

    [TestMethod]
    public void TheMostProbableClassesComeFirst()
    {
        using var folder = new TemporaryFolder();
        using var classifier = LorealClassifier.Load(TinyOnnx.Write(folder));

        ImagePrediction prediction = classifier.Predict([0, 255, 0], 1, 1);

        Assert.AreEqual("green", prediction.ClassName);
        Assert.AreEqual(prediction.Scores.Max(), prediction.Probability);
        IReadOnlyList<ClassScore> top = prediction.Top(2);
        CollectionAssert.AreEqual(new[] { "green", "anything else" }, top.Select(one => one.ClassName).ToArray());
        Assert.AreEqual(prediction.Probability, top[0].Probability);
        Assert.HasCount(TinyOnnx.ClassNames.Length, prediction.Top(100));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => prediction.Top(0));
    }

    [TestMethod]
    public void AStreamTwoFilesAndTheCallersOptionsGiveTheSame()
    {
        using var folder = new TemporaryFolder();
        string picture = Trained.Photos[0].ImagePath;
        string path = TinyOnnx.Write(folder);
        using var classifier = LorealClassifier.Load(path);
        ImagePrediction expected = classifier.Predict(picture);
        using (FileStream stream = File.OpenRead(path))
        using (var fromStream = LorealClassifier.Load(stream))
        {
            AssertSame(expected, fromStream.Predict(picture));
        }

        using (var options = new SessionOptions { IntraOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL })
        using (var configured = LorealClassifier.Load(path, new LorealClassifierOptions { SessionOptions = options }))
        {
            AssertNear([.. expected.Scores], configured.Predict(picture).Scores);
        }

        path = TinyOnnx.WriteInTwo(folder);
        using var inTwo = LorealClassifier.Load(path);
        using var mapped = LorealClassifier.Load(path, new LorealClassifierOptions { MemoryMapped = true });
        AssertSame(expected, inTwo.Predict(picture));
        AssertSame(expected, mapped.Predict(picture));
    }

    [TestMethod]
    public void SettingsThatCannotBeUsedAreRefused()
    {
        using var folder = new TemporaryFolder();
        string path = TinyOnnx.Write(folder);
        using var session = new SessionOptions();

        Error<ArgumentOutOfRangeException>(new LorealClassifierOptions { MaximumPixels = 0 }, "MaximumPixels");
        Error<ArgumentOutOfRangeException>(new LorealClassifierOptions { ImageFormats = 0 }, "ImageFormats");
        Error<ArgumentException>(new LorealClassifierOptions { MemoryMapped = true }, "MemoryMapped");
        Error<ArgumentException>(new LorealClassifierOptions { MemoryMapped = true, SessionOptions = session }, "disable_prepacking");

        void Error<T>(LorealClassifierOptions options, string part)
            where T : Exception =>
            StringAssert.Contains(Assert.ThrowsExactly<T>(() => LorealClassifier.Load(path, options)).Message, part);
    }

    [TestMethod]
    public void APictureThatCannotBeUsedIsNamed()
    {
        using var folder = new TemporaryFolder();
        using var classifier = LorealClassifier.Load(
            TinyOnnx.Write(folder), new LorealClassifierOptions { MaximumPixels = 100_000, ImageFormats = ImageFormats.Png });
        string good = Trained.Photos[0].ImagePath;
        File.WriteAllText(folder["bad.png"], "no picture");

        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => classifier.Predict(folder["bad.png"])).Message, "bad.png");
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => classifier.Predict([good, folder["none.png"], folder["bad.png"]])).Message,
            "image 1 (counted from 0)");
        Assert.ThrowsExactly<InvalidDataException>(() => classifier.Predict("GIF89a"u8.ToArray()));
        Assert.ThrowsExactly<ArgumentException>(() => classifier.Predict(new byte[11], 2, 2));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => classifier.Predict([], 0, 2));
    }

    [TestMethod]
    public void ThreadsShareAClassifierUntilItIsDisposed()
    {
        using var folder = new TemporaryFolder();
        var classifier = LorealClassifier.Load(TinyOnnx.Write(folder));
        string picture = Trained.Photos[0].ImagePath;
        ImagePrediction expected = classifier.Predict(picture);
        var outcomes = new ConcurrentBag<Exception>();
        using var started = new CountdownEvent(3);
        ParallelThreads.Run(4, index =>
        {
            if (index == 0)
            {
                started.Wait();
                classifier.Dispose();
                return;
            }

            try
            {
                for (int i = 0; ; i++)
                {
                    AssertSame(expected, classifier.Predict(picture));
                    if (i == 0)
                    {
                        started.Signal();
                    }
                }
            }
            catch (Exception exception)
            {
                outcomes.Add(exception);
            }
        });

        Assert.HasCount(3, outcomes);
        Assert.IsTrue(outcomes.All(outcome => outcome is ObjectDisposedException), string.Join('\n', outcomes));
        StringAssert.Contains(outcomes.First().Message, "The classifier was disposed");
        classifier.Dispose();
    }

    private static void AssertSame(ImagePrediction expected, ImagePrediction actual) =>
        Rows.AssertIdentical([[.. expected.Scores]], [[.. actual.Scores]]);

    private static void AssertNear(float[] expected, IReadOnlyList<float> actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], Tolerance);
        }
    }
}
