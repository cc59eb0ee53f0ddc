using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>Corrupt, empty, missing and oversized images, in training and in scoring, of every image kind.</summary>
[TestClass]
public sealed class InvalidImageTests
{
    private const int BadRow = 4;

    private readonly MLContext _ml = new(1);

    [TestMethod]
    [DataRow("truncated")]
    [DataRow("garbage")]
    [DataRow("empty")]
    [DataRow("absent")]
    [DataRow("bomb")]
    public void TrainingNamesTheFileAndTheRow(string damage)
    {
        using var folder = new TemporaryFolder();
        List<Photo> photos = WithBadRow(folder, damage);
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => Trainer(InvalidImageAction.Throw).Fit(Paths(photos)));
        StringAssert.Contains(error.Message, $"row {BadRow} ");
        StringAssert.Contains(error.Message, photos[BadRow].ImagePath);
        StringAssert.Contains(error.Message, "OnInvalidImage");
        if (damage == "bomb")
        {
            StringAssert.Contains(error.Message, "MaximumPixels");
        }
    }

    [TestMethod]
    [DataRow("truncated")]
    [DataRow("empty")]
    [DataRow("absent")]
    [DataRow("bomb")]
    public void SkippingTrainsAsWithoutTheRow(string damage)
    {
        using var folder = new TemporaryFolder();
        List<Photo> photos = WithBadRow(folder, damage);
        var warnings = new List<string>();
        _ml.Log += (_, message) => warnings.Add(message.Message);
        using LorealTransformer skipping = Trainer(InvalidImageAction.Skip).Fit(Paths(photos));
        Assert.IsTrue(warnings.Any(message => message.Contains("1 row(s)", StringComparison.Ordinal)
            && message.Contains(photos[BadRow].ImagePath, StringComparison.Ordinal)));

        List<Photo> without = [.. photos.Where((_, i) => i != BadRow)];
        using LorealTransformer expected = Trainer(InvalidImageAction.Throw).Fit(Paths(without));
        Rows.AssertIdentical(Rows.Scores(expected.Transform(Paths(without))), Rows.Scores(skipping.Transform(Paths(without))));
    }

    [TestMethod]
    [DataRow("truncated")]
    [DataRow("garbage")]
    [DataRow("empty")]
    [DataRow("absent")]
    [DataRow("bomb")]
    public void ScoringRaisesTheErrorAtItsRowOrGivesMissingValues(string damage)
    {
        using var folder = new TemporaryFolder();
        List<Photo> photos = WithBadRow(folder, damage);
        List<float[]> expected = Rows.Scores(Trained.Loreal.Transform(Paths(Trained.Photos)));

        AssertThrowsAtBadRow(Trained.Loreal.Transform(Paths(photos)), photos[BadRow].ImagePath, BadRow);

        using LorealTransformer skipping = Trainer(InvalidImageAction.Skip).Fit(Paths(Trained.Photos));
        AssertMissingAtBadRow(skipping.Transform(Paths(photos)), expected);
    }

    [TestMethod]
    public void EncodedFilesAreCheckedToo()
    {
        List<EncodedPhoto> photos = [.. Trained.Photos.Select((photo, i) => new EncodedPhoto
        {
            Image = i == BadRow ? [] : i == BadRow + 1 ? File.ReadAllBytes(photo.ImagePath)[..200] : File.ReadAllBytes(photo.ImagePath),
            Label = photo.Label,
        })];
        IDataView data = Keyed(_ml.Data.LoadFromEnumerable(photos));
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => Trainer(InvalidImageAction.Throw).Fit(data)).Message, $"row {BadRow} ");
        AssertThrowsAtBadRow(Trained.Loreal.Transform(data), "0 bytes", BadRow);
        using LorealTransformer skipping = Trainer(InvalidImageAction.Skip).Fit(data);
        List<float[]> scores = Rows.Scores(skipping.Transform(data));
        Assert.IsTrue(scores[BadRow].All(float.IsNaN) && scores[BadRow + 1].All(float.IsNaN));
        Assert.IsFalse(scores.Where((_, i) => i is not (BadRow or BadRow + 1)).Any(values => values.Any(float.IsNaN)));
    }

    [TestMethod]
    public void LoadedPicturesAreCheckedToo()
    {
        using var folder = new TemporaryFolder();
        List<Photo> photos = WithBadRow(folder, "garbage");
        IDataView data = _ml.Data.LoadFromEnumerable(photos);
        IDataView loaded = Keyed(_ml.Transforms.LoadImages("Image", "", "ImagePath").Fit(data).Transform(data));
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => Trainer(InvalidImageAction.Throw).Fit(loaded));
        StringAssert.Contains(error.Message, $"row {BadRow} ");
        AssertThrowsAtBadRow(Trained.Loreal.Transform(loaded), "Image", BadRow);
        using LorealTransformer skipping = Trainer(InvalidImageAction.Skip).Fit(loaded);
        AssertMissingAtBadRow(skipping.Transform(loaded), Rows.Scores(skipping.Transform(Paths(Trained.Photos))));
    }

    [TestMethod]
    public void RowsWithoutALabelAreLeftOutWithAWarning()
    {
        var warnings = new List<string>();
        _ml.Log += (_, message) => warnings.Add(message.Message);
        List<Photo> photos = [.. Trained.Photos, new Photo { ImagePath = Trained.Photos[0].ImagePath, Label = "yellow" }];
        ITransformer keys = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(Trained.Data(_ml));
        using LorealTransformer model = Trainer(InvalidImageAction.Throw).Fit(keys.Transform(Copied(_ml.Data.LoadFromEnumerable(photos))));
        Assert.IsTrue(warnings.Any(message => message.Contains("1 row(s) without a label", StringComparison.Ordinal)));
        Rows.AssertIdentical(
            Rows.Scores(Trained.Loreal.Transform(Paths(Trained.Photos))), Rows.Scores(model.Transform(Paths(Trained.Photos))));
    }

    private static void AssertThrowsAtBadRow(IDataView scored, string name, int badRow)
    {
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"], scored.Schema["PredictedLabel"]]);
        ValueGetter<Data.VBuffer<float>> score = cursor.GetGetter<Data.VBuffer<float>>(scored.Schema["Score"]);
        Data.VBuffer<float> values = default;
        for (int row = 0; row < badRow; row++)
        {
            Assert.IsTrue(cursor.MoveNext());
            score(ref values);
            Assert.AreEqual(3, values.Length);
        }

        Assert.IsTrue(cursor.MoveNext());
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => score(ref values));
        StringAssert.Contains(error.Message, name);
        StringAssert.Contains(error.Message, $"row {badRow} ");
        if (badRow == BadRow)
        {
            Assert.IsTrue(cursor.MoveNext());
        }
    }

    private static void AssertMissingAtBadRow(IDataView scored, List<float[]> expected)
    {
        List<float[]> scores = Rows.Scores(scored);
        Assert.IsTrue(scores[BadRow].All(float.IsNaN));
        Assert.AreEqual(0u, Rows.Read<uint>(scored, "PredictedLabel")[BadRow]);
        for (int row = 0; row < scores.Count; row++)
        {
            for (int i = 0; row != BadRow && i < scores[row].Length; i++)
            {
                Assert.AreEqual(expected[row].Length, scores[row].Length);
                Assert.IsFalse(float.IsNaN(scores[row][i]));
            }
        }
    }

    private static List<Photo> WithBadRow(TemporaryFolder folder, string damage)
    {
        List<Photo> photos = [.. Trained.Photos];
        byte[] whole = File.ReadAllBytes(photos[BadRow].ImagePath);
        string path = folder[$"{damage}.png"];
        switch (damage)
        {
            case "truncated":
                File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
                break;
            case "garbage":
                File.WriteAllText(path, "This is not a picture.");
                break;
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            case "bomb":
                File.WriteAllBytes(path, Bomb(whole));
                break;
        }

        photos[BadRow] = new Photo { ImagePath = path, Label = photos[BadRow].Label };
        return photos;
    }

    /// <summary>The same file with a header that promises 60000 x 60000 pixels, its checksum right.</summary>
    private static byte[] Bomb(byte[] png)
    {
        byte[] bomb = [.. png];
        const int HeaderChunk = 8;
        Assert.AreEqual("IHDR", Encoding.ASCII.GetString(bomb, HeaderChunk + 4, 4));
        BinaryPrimitives.WriteInt32BigEndian(bomb.AsSpan(HeaderChunk + 8), 60000);
        BinaryPrimitives.WriteInt32BigEndian(bomb.AsSpan(HeaderChunk + 12), 60000);
        BinaryPrimitives.WriteUInt32BigEndian(bomb.AsSpan(HeaderChunk + 21), Checksum(bomb.AsSpan(HeaderChunk + 4, 17)));
        return bomb;
    }

    /// <summary>PNG's CRC-32.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }

    private LorealTrainer Trainer(InvalidImageAction action)
    {
        LorealTrainer.Options options = Trained.Options();
        options.OnInvalidImage = action;
        return _ml.MulticlassClassification.Trainers.Loreal(options);
    }

    private IDataView Copied(IDataView data) => _ml.Transforms.CopyColumns("Image", "ImagePath").Fit(data).Transform(data);

    private IDataView Keyed(IDataView data) => _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);

    private IDataView Paths(List<Photo> photos) => Keyed(Copied(_ml.Data.LoadFromEnumerable(photos)));
}
