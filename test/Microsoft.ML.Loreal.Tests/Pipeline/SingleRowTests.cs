using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>
/// Rows that are not read ahead: of a cursor that scores nothing or passes pictures on, and of the row mapper under a prediction engine.
/// </summary>
[TestClass]
public sealed class SingleRowTests
{
    [TestMethod]
    [DataRow("Number")]
    [DataRow("Image", "Score")]
    public void ACursorStandsWhereItsInputStands(params string[] columns)
    {
        IDataView data = Trained.Prepared(new MLContext(1));
        IDataView scored = Trained.Loreal.Transform(data);
        using DataViewRowCursor input = data.GetRowCursor(data.Schema);
        using DataViewRowCursor output = scored.GetRowCursor(columns.Select(name => scored.Schema[name]));
        Assert.AreSame(scored.Schema, output.Schema);
        Assert.IsFalse(output.IsColumnActive(scored.Schema["Features"]));
        ValueGetter<DataViewRowId> inputId = input.GetIdGetter();
        ValueGetter<DataViewRowId> outputId = output.GetIdGetter();
        while (input.MoveNext())
        {
            Assert.IsTrue(output.MoveNext());
            AssertSamePlace(input, inputId, output, outputId);
        }

        Assert.IsFalse(output.MoveNext());
    }

    [TestMethod]
    public void AMappedRowStandsWhereItsInputStandsAndHasTheScores()
    {
        IDataView data = Trained.Prepared(new MLContext(1));
        List<float[]> expected = Rows.Scores(Trained.Loreal.Transform(data));
        IRowToRowMapper mapper = ((ITransformer)Trained.Loreal).GetRowToRowMapper(data.Schema);
        DataViewSchema.Column score = mapper.OutputSchema["Score"];
        Assert.AreSame(data.Schema, mapper.InputSchema);
        CollectionAssert.AreEqual(new[] { "Image" }, mapper.GetDependencies([score]).Select(column => column.Name).ToArray());

        using DataViewRowCursor input = data.GetRowCursor(data.Schema);
        using DataViewRow row = mapper.GetRow(input, [score]);
        Assert.AreSame(mapper.OutputSchema, row.Schema);
        Assert.IsTrue(row.IsColumnActive(score));
        ValueGetter<DataViewRowId> inputId = input.GetIdGetter();
        ValueGetter<DataViewRowId> rowId = row.GetIdGetter();
        ValueGetter<VBuffer<float>> getter = row.GetGetter<VBuffer<float>>(score);
        VBuffer<float> value = default;
        for (int i = 0; input.MoveNext(); i++)
        {
            AssertSamePlace(input, inputId, row, rowId);
            getter(ref value);
            for (int j = 0; j < expected[i].Length; j++)
            {
                // A batch adds up in another order than a single row.
                Assert.AreEqual(expected[i][j], value.GetValues()[j], 1e-5f);
            }
        }
    }

    private static void AssertSamePlace(
        DataViewRow expected, ValueGetter<DataViewRowId> expectedId, DataViewRow actual, ValueGetter<DataViewRowId> actualId)
    {
        (DataViewRowId expectedValue, DataViewRowId actualValue) = (default, default);
        expectedId(ref expectedValue);
        actualId(ref actualValue);
        Assert.AreEqual(expectedValue, actualValue);
        Assert.AreEqual(expected.Position, actual.Position);
        Assert.AreEqual(expected.Batch, actual.Batch);
    }
}
