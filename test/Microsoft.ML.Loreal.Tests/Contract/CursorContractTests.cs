using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests.Contract;

/// <summary>
/// Cursors over every subset of the columns give what a cursor over all of them gives, and ask their input for no more than they need.
/// </summary>
[TestClass]
public sealed class CursorContractTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    [DataRow("paths")]
    [DataRow("pictures")]
    public void EverySubsetOfTheColumnsGivesTheSameValues(string kind)
    {
        IDataView data = kind == "paths"
            ? _ml.Transforms.CopyColumns("Image", "ImagePath").Fit(Trained.Data(_ml)).Transform(Trained.Data(_ml))
            : Trained.Prepared(_ml);
        var input = new RecordingView(_ml.Data.TakeRows(data, 3));
        IDataView scored = Trained.Loreal.Transform(input);
        DataViewSchema.Column[] columns = [.. scored.Schema.Where(column => !column.IsHidden)];
        string[][] expected = Read(scored, columns);
        Assert.HasCount(3, expected);
        for (int subset = 0; subset < 1 << columns.Length; subset++)
        {
            int[] chosen = [.. Enumerable.Range(0, columns.Length).Where(i => (subset >> i & 1) != 0)];
            string[][] actual = Read(scored, [.. chosen.Select(i => columns[i])]);
            Assert.HasCount(expected.Length, actual);
            for (int row = 0; row < expected.Length; row++)
            {
                CollectionAssert.AreEqual(chosen.Select(i => expected[row][i]).ToArray(), actual[row], $"subset {subset:b}, row {row}");
            }

            bool scores = chosen.Any(i => columns[i].Name is "Score" or "PredictedLabel");
            string[] needed =
            [
                .. chosen.Select(i => columns[i].Name)
                    .Where(name => name is not ("Score" or "PredictedLabel"))
                    .Concat(scores ? ["Image"] : [])
                    .Distinct(),
            ];
            CollectionAssert.AreEquivalent(needed, input.Asked.ToArray(), $"subset {subset:b}");
        }
    }

    [TestMethod]
    public void AnInactiveOrForeignColumnHasNoGetter()
    {
        IDataView scored = Trained.Loreal.Transform(Trained.Prepared(_ml));
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["PredictedLabel"]]);
        Assert.IsTrue(cursor.IsColumnActive(scored.Schema["PredictedLabel"]));
        Assert.IsFalse(cursor.IsColumnActive(scored.Schema["Score"]));
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"])).Message,
            "Score");
        Assert.Throws<ArgumentException>(() => scored.GetRowCursor([Trained.Loreal.GetOutputSchema(scored.Schema)["Score"]]));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<float>(scored.Schema["PredictedLabel"]));
        Assert.ThrowsExactly<InvalidOperationException>(() => Value(cursor.GetGetter<uint>(scored.Schema["PredictedLabel"])));
        while (cursor.MoveNext())
        {
        }

        Assert.AreEqual(-1, cursor.Position);
        Assert.IsFalse(cursor.MoveNext());
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    [DataRow(100)]
    public void CursorSetsOfAnySizeHaveEveryRowOnce(int size)
    {
        IDataView data = _ml.Data.Cache(
            _ml.Transforms.CopyColumns("Image", "ImagePath").Fit(Trained.Data(_ml)).Transform(Trained.Data(_ml)));
        IDataView scored = Trained.Loreal.Transform(data);
        Dictionary<int, string> expected = Read(scored, [scored.Schema["Number"], scored.Schema["Score"]]).ToDictionary(
            row => int.Parse(row[0], CultureInfo.InvariantCulture), row => row[1]);
        foreach (Random? random in new[] { null, new Random(6) })
        {
            var seen = new Dictionary<int, string>();
            foreach (DataViewRowCursor cursor in scored.GetRowCursorSet([scored.Schema["Number"], scored.Schema["Score"]], size, random))
            {
                foreach (string[] row in Drain(cursor, [scored.Schema["Number"], scored.Schema["Score"]]))
                {
                    seen.Add(int.Parse(row[0], CultureInfo.InvariantCulture), row[1]);
                }
            }

            Assert.HasCount(expected.Count, seen);
            foreach ((int number, string score) in seen)
            {
                Assert.AreEqual(expected[number], score, $"row {number}");
            }
        }
    }

    private static string[][] Read(IDataView data, DataViewSchema.Column[] columns) => Drain(data.GetRowCursor(columns), columns);

    private static string[][] Drain(DataViewRowCursor cursor, DataViewSchema.Column[] columns)
    {
        using (cursor)
        {
            foreach (DataViewSchema.Column column in cursor.Schema.Where(column => !column.IsHidden))
            {
                Assert.AreEqual(columns.Any(active => active.Index == column.Index), cursor.IsColumnActive(column), column.Name);
            }

            Func<string>[] readers = [.. columns.Select(column => Reader(cursor, column))];
            var rows = new List<string[]>();
            while (cursor.MoveNext())
            {
                rows.Add([.. readers.Select(read => read())]);
            }

            return [.. rows];
        }
    }

    private static Func<string> Reader(DataViewRow row, DataViewSchema.Column column) => column.Type switch
    {
        // A batch of another size may differ in the last digits; five of them tell rows apart.
        VectorDataViewType =>
            Text(
                row.GetGetter<VBuffer<float>>(column),
                value => string.Join(' ', value.DenseValues().Select(number => number.ToString("F4", CultureInfo.InvariantCulture)))),
        KeyDataViewType => Text(row.GetGetter<uint>(column), value => value.ToString(CultureInfo.InvariantCulture)),
        TextDataViewType => Text(row.GetGetter<ReadOnlyMemory<char>>(column), value => value.ToString()),
        NumberDataViewType => Text(row.GetGetter<int>(column), value => value.ToString(CultureInfo.InvariantCulture)),
        _ => Text(row.GetGetter<MLImage>(column), value => $"{value.Width} x {value.Height}"),
    };

    private static Func<string> Text<T>(ValueGetter<T> getter, Func<T, string> text)
    {
        T value = default!;
        return () =>
        {
            getter(ref value);
            return text(value);
        };
    }

    private static T Value<T>(ValueGetter<T> getter)
    {
        T value = default!;
        getter(ref value);
        return value;
    }
}
