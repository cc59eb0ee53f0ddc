using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>What is said of rows that ML.NET's metrics leave out, and of pictures that were disposed before they were read.</summary>
[TestClass]
public sealed class SkippedRowTests
{
    private const int Side = 32;

    private readonly MLContext _ml = new(1);
    private readonly List<string> _messages = [];

    public SkippedRowTests() => _ml.Log += (_, entry) => _messages.Add(entry.Message);

    [TestMethod]
    public void EachEvaluationSaysHowManyRowsItsMetricsLeaveOut()
    {
        using var folder = new TemporaryFolder();
        List<Photo> photos = [.. Trained.Photos];
        File.WriteAllText(folder["broken.png"], "no picture");
        photos[3] = new Photo { ImagePath = folder["broken.png"], Label = photos[3].Label };
        photos[11] = new Photo { ImagePath = folder["absent.png"], Label = photos[11].Label };
        IDataView rows = _ml.Data.LoadFromEnumerable(photos);
        IDataView data = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.CopyColumns("Image", nameof(Photo.ImagePath))).Fit(rows).Transform(rows);
        LorealTrainer.Options options = Trained.Options();
        options.OnInvalidImage = InvalidImageAction.Skip;
        using LorealTransformer model = _ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
        IDataView scored = model.Transform(data);
        _messages.Clear();

        _ml.MulticlassClassification.Evaluate(scored);
        string said = _messages.Single(message => message.Contains("were skipped", StringComparison.Ordinal));
        StringAssert.Contains(said, "2 row(s)");
        StringAssert.Contains(said, "row 3 ");
        StringAssert.Contains(said, "leave them out");

        // ML.NET's shuffling does not dispose the cursor that it reads.
        _messages.Clear();
        _ml.MulticlassClassification.Evaluate(_ml.Data.ShuffleRows(scored));
        StringAssert.Contains(
            _messages.Single(message => message.Contains("were skipped", StringComparison.Ordinal)), "2 row(s)");

        _messages.Clear();
        _ml.MulticlassClassification.Evaluate(_ml.Data.TakeRows(scored, 3));
        Assert.IsEmpty(_messages.Where(message => message.Contains("were skipped", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void FitSaysHowManyRowsItSaw()
    {
        List<Photo> photos = [.. Trained.Photos, new Photo { ImagePath = Trained.Photos[0].ImagePath, Label = "" }];
        IDataView rows = _ml.Data.LoadFromEnumerable(photos);
        IDataView data = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.CopyColumns("Image", nameof(Photo.ImagePath))).Fit(Trained.Data(_ml)).Transform(rows);
        _ml.MulticlassClassification.Trainers.Loreal(Trained.Options()).Fit(data).Dispose();
        string read = _messages.Single(message => message.Contains(" rows: ", StringComparison.Ordinal));
        StringAssert.Contains(read, $"Read {photos.Count} rows: {photos.Count - 1} with an image to use, 1 without a label, 0 with");
    }

    [TestMethod]
    [DataRow(InvalidImageAction.Throw)]
    [DataRow(InvalidImageAction.Skip)]
    public void ADisposedPictureIsNeverSkipped(InvalidImageAction action)
    {
        byte[] gray = [.. Enumerable.Repeat((byte)128, 4 * Side * Side)];
        List<Drawn> drawn =
        [
            .. Trained.Photos.Select(photo => new Drawn
            {
                Image = MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Rgba32, gray),
                Label = photo.Label,
            }),
        ];
        IDataView rows = _ml.Data.LoadFromEnumerable(drawn);
        IDataView data = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.ResizeImages("Image", Side, Side)).Fit(rows).Transform(rows);
        LorealTrainer.Options options = Trained.Options();
        options.OnInvalidImage = action;
        LorealTrainer trainer = _ml.MulticlassClassification.Trainers.Loreal(options);
        trainer.Fit(data).Dispose();
        InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(() => trainer.Fit(data));
        StringAssert.Contains(error.Message, "row 0 ");
        StringAssert.Contains(error.Message, "'Image'");
        StringAssert.Contains(error.Message, "ResizeImages");
    }

    private sealed class Drawn
    {
        [Transforms.Image.ImageType(Side, Side)]
        public MLImage? Image { get; set; }

        public string Label { get; set; } = "";
    }
}
