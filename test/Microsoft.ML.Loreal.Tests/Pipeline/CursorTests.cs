using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests;

[TestClass]
public sealed class CursorTests
{
    [TestMethod]
    public void NothingIsReadOrScoredForOtherColumns()
    {
        var ml = new MLContext(1);
        using var folder = new TemporaryFolder();
        IDataView data = ml.Data.LoadFromEnumerable(
            Trained.Photos.Select(photo => new Photo { ImagePath = folder["absent.png"], Number = photo.Number }).ToList());
        IDataView scored = PathModel(ml).Transform(data);
        CollectionAssert.AreEqual(Enumerable.Range(0, Trained.Photos.Count).ToArray(), Rows.Read<int>(scored, "Number"));
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Number"]]);
        Assert.IsTrue(cursor.MoveNext());
        Assert.IsFalse(cursor.IsColumnActive(scored.Schema["Score"]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]));
    }

    [TestMethod]
    public void OtherColumnsStayInStepWithTheScores()
    {
        var ml = new MLContext(1);
        Dictionary<int, float[]> expected = ScoresByNumber(ml);
        IDataView scored = PathModel(ml).Transform(Many(ml));
        using DataViewRowCursor cursor = scored.GetRowCursor(
            scored.Schema.Where(column => column.Name is "Number" or "Features" or "FileName" or "Label" or "Score"));
        AssertInStep(cursor, expected, Enumerable.Range(0, 100));
    }

    [TestMethod]
    public void PicturesMayTravelAlong()
    {
        var ml = new MLContext(1);
        List<float[]> expected = Rows.Scores(Trained.Loreal.Transform(Trained.Prepared(ml)));
        IDataView scored = Trained.Loreal.Transform(Trained.Prepared(ml));
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        ValueGetter<MLImage> image = cursor.GetGetter<MLImage>(scored.Schema["Image"]);
        ValueGetter<VBuffer<float>> score = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        MLImage? picture = null;
        VBuffer<float> values = default;
        for (int row = 0; cursor.MoveNext(); row++)
        {
            score(ref values);
            image(ref picture!);
            using var file = MLImage.CreateFromFile(Trained.Photos[row].ImagePath);
            Assert.IsTrue(file.Pixels.SequenceEqual(picture.Pixels));
            for (int i = 0; i < values.Length; i++)
            {
                Assert.AreEqual(expected[row][i], values.GetItemOrDefault(i), 1e-5f);
            }
        }
    }

    [TestMethod]
    public void ShuffledRowsKeepTheirScores()
    {
        var ml = new MLContext(1);
        Dictionary<int, float[]> expected = ScoresByNumber(ml);
        IDataView shuffled = ml.Data.ShuffleRows(Many(ml), seed: 4);
        IDataView scored = PathModel(ml).Transform(shuffled);
        List<int> order = Rows.Read<int>(shuffled, "Number");
        CollectionAssert.AreNotEqual(Enumerable.Range(0, 100).ToArray(), order);
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        AssertInStep(cursor, expected, order);
    }

    [TestMethod]
    public void ShuffledCursorsKeepTheirScores()
    {
        var ml = new MLContext(1);
        Dictionary<int, float[]> expected = ScoresByNumber(ml);
        IDataView scored = PathModel(ml).Transform(ml.Data.Cache(Many(ml)));
        Assert.IsTrue(scored.CanShuffle);
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema, new Random(3));
        List<int> seen = AssertInStep(cursor, expected, null);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 100).ToArray(), seen);
        CollectionAssert.AreNotEqual(Enumerable.Range(0, 100).ToArray(), seen);
    }

    [TestMethod]
    public void CursorSetsHaveEveryRowOnceWithItsScores()
    {
        var ml = new MLContext(1);
        Dictionary<int, float[]> expected = ScoresByNumber(ml);
        IDataView scored = PathModel(ml).Transform(Many(ml));
        var seen = new List<int>();
        foreach (DataViewRowCursor cursor in scored.GetRowCursorSet(scored.Schema, 3))
        {
            using (cursor)
            {
                seen.AddRange(AssertInStep(cursor, expected, null));
            }
        }

        CollectionAssert.AreEquivalent(Enumerable.Range(0, 100).ToArray(), seen);

        seen.Clear();
        foreach (DataViewRowCursor cursor in scored.GetRowCursorSet([scored.Schema["Number"]], 3))
        {
            using (cursor)
            {
                seen.AddRange(Rows.Read<int>(cursor, "Number"));
            }
        }

        CollectionAssert.AreEquivalent(Enumerable.Range(0, 100).ToArray(), seen);
    }

    [TestMethod]
    public void PositionAndIdAreTheInputs()
    {
        var ml = new MLContext(1);
        IDataView data = Many(ml);
        IDataView scored = PathModel(ml).Transform(data);
        using DataViewRowCursor input = data.GetRowCursor(data.Schema);
        using DataViewRowCursor output = scored.GetRowCursor(scored.Schema);
        ValueGetter<DataViewRowId> inputId = input.GetIdGetter();
        ValueGetter<DataViewRowId> outputId = output.GetIdGetter();
        Assert.AreEqual(-1, output.Position);
        while (input.MoveNext())
        {
            Assert.IsTrue(output.MoveNext());
            DataViewRowId expected = default;
            DataViewRowId actual = default;
            inputId(ref expected);
            outputId(ref actual);
            Assert.AreEqual(expected, actual);
            Assert.AreEqual(input.Position, output.Position);
            Assert.AreEqual(input.Batch, output.Batch);
        }

        Assert.IsFalse(output.MoveNext());
        Assert.AreEqual(scored.GetRowCount(), data.GetRowCount());
    }

    [TestMethod]
    public void AnInputThatCanBeReadOnceIsEnough()
    {
        var ml = new MLContext(1);
        Dictionary<int, float[]> expected = ScoresByNumber(ml);
        var queue = new Queue<Photo>(ManyPhotos());
        IDataView scored = PathModel(ml).Transform(ml.Data.LoadFromEnumerable(Drain(queue)));
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        AssertInStep(cursor, expected, Enumerable.Range(0, 100));
    }

    [TestMethod]
    public void RowsBeforeAFailureOfTheInputAreDelivered()
    {
        var ml = new MLContext(1);
        Dictionary<int, float[]> expected = ScoresByNumber(ml);
        IDataView scored = Directly(ml, BreakingOff(70));
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        ValueGetter<int> number = cursor.GetGetter<int>(scored.Schema["Number"]);
        ValueGetter<VBuffer<float>> score = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        VBuffer<float> values = default;
        for (int i = 0; i < 70; i++)
        {
            int row = -1;
            Assert.IsTrue(cursor.MoveNext());
            number(ref row);
            score(ref values);
            Assert.AreEqual(i, row);
            Assert.AreEqual(expected[i][0], values.GetItemOrDefault(0), 1e-5f);
        }

        Assert.ThrowsExactly<IOException>(() => cursor.MoveNext());
        Assert.ThrowsExactly<IOException>(() => cursor.MoveNext());
        Assert.AreEqual(-1, cursor.Position);
    }

    /// <summary>Also in the middle, where other threads are at the next rows: none of them touches the input afterwards.</summary>
    [TestMethod]
    public void ADisposedCursorReadsNoFurther()
    {
        var ml = new MLContext(1);
        foreach (int rows in new[] { 0, 1, 40 })
        {
            int read = 0;
            IDataView scored = Directly(ml, ManyPhotos().Select(photo =>
            {
                Interlocked.Increment(ref read);
                return photo;
            }));
            int atEnd;
            using (DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema))
            {
                ValueGetter<VBuffer<float>> score = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
                VBuffer<float> values = default;
                for (int i = 0; i < rows; i++)
                {
                    Assert.IsTrue(cursor.MoveNext());
                    score(ref values);
                }

                cursor.Dispose();
                atEnd = Volatile.Read(ref read);
            }

            Thread.Sleep(50);
            Assert.AreEqual(atEnd, Volatile.Read(ref read));
            Assert.IsLessThanOrEqualTo(rows + 64, atEnd);
        }
    }

    private static IEnumerable<Photo> BreakingOff(int rows)
    {
        foreach (Photo photo in ManyPhotos().Take(rows))
        {
            yield return photo;
        }

        throw new IOException("The input broke off.");
    }

    /// <summary>
    /// The input and the transformer with nothing between them: ML.NET's own transformers read ahead too, and wrap what their input throws.
    /// </summary>
    private static IDataView Directly(MLContext ml, IEnumerable<Photo> photos) => Trained.Loreal.Transform(
        ml.Data.LoadFromEnumerable(photos.Select(photo => new PhotoPath { Image = photo.ImagePath, Number = photo.Number })));

    private static IEnumerable<Photo> Drain(Queue<Photo> queue)
    {
        while (queue.TryDequeue(out Photo? photo))
        {
            yield return photo;
        }
    }

    private static List<int> AssertInStep(DataViewRowCursor cursor, Dictionary<int, float[]> expected, IEnumerable<int>? order)
    {
        ValueGetter<int> number = cursor.GetGetter<int>(cursor.Schema["Number"]);
        ValueGetter<VBuffer<float>> features = cursor.GetGetter<VBuffer<float>>(cursor.Schema["Features"]);
        ValueGetter<ReadOnlyMemory<char>> fileName = cursor.GetGetter<ReadOnlyMemory<char>>(cursor.Schema["FileName"]);
        ValueGetter<VBuffer<float>> score = cursor.GetGetter<VBuffer<float>>(cursor.Schema["Score"]);
        var seen = new List<int>();
        while (cursor.MoveNext())
        {
            int row = 0;
            VBuffer<float> values = default;
            VBuffer<float> vector = default;
            ReadOnlyMemory<char> name = default;
            score(ref values);
            number(ref row);
            features(ref vector);
            fileName(ref name);
            CollectionAssert.AreEqual(new[] { row, row + 0.5f, -row }, vector.DenseValues().ToArray());
            Assert.AreEqual($"photo {row}", name.ToString());
            float[] scores = [.. values.DenseValues()];
            for (int i = 0; i < scores.Length; i++)
            {
                Assert.AreEqual(expected[row][i], scores[i], 1e-5f, $"row {row}");
            }

            seen.Add(row);
        }

        if (order is not null)
        {
            CollectionAssert.AreEqual(order.ToArray(), seen);
        }

        return seen;
    }

    private static Dictionary<int, float[]> ScoresByNumber(MLContext ml)
    {
        IDataView scored = PathModel(ml).Transform(Many(ml));
        return Rows.Read<int>(scored, "Number").Zip(Rows.Scores(scored)).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    /// <summary>A hundred rows, more than are read ahead at once, over the few pictures.</summary>
    private static IDataView Many(MLContext ml) => ml.Data.LoadFromEnumerable(ManyPhotos());

    private static List<Photo> ManyPhotos() =>
        [.. Enumerable.Range(0, 100).Select(i => new Photo
        {
            ImagePath = Trained.Photos[i * 7 % Trained.Photos.Count].ImagePath,
            FileName = $"photo {i}",
            Number = i,
            Features = [i, i + 0.5f, -i],
        })];

    private static ITransformer PathModel(MLContext ml)
    {
        IDataView data = Trained.Data(ml);
        return ml.Transforms.CopyColumns("Image", "ImagePath").Fit(data).Append(Trained.Loreal);
    }

    private sealed class PhotoPath
    {
        public string Image { get; set; } = "";

        public int Number { get; set; }
    }
}
