using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests.Contract;

/// <summary>Labels as keys of every width, with every type of key values.</summary>
[TestClass]
public sealed class LabelKeyTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void KeysOfEveryWidthTrainTheSameModel()
    {
        List<float[]> expected = Scores(key => (uint)key);
        Rows.AssertIdentical(expected, Scores(key => (byte)key));
        Rows.AssertIdentical(expected, Scores(key => (ulong)key));
    }

    [TestMethod]
    public void KeyValuesThatAreNoTextAreRefusedWithTheirType()
    {
        AssertRefused([1, 2, 3], NumberDataViewType.Int32, "Int32");
        AssertRefused([1f, 2f, 3f], NumberDataViewType.Single, "Single");
        AssertRefused([1d, 2d, 3d], NumberDataViewType.Double, "Double");
        AssertRefused<ulong>([1, 2, 3], NumberDataViewType.UInt64, "UInt64");
        AssertRefused([true, false, true], BooleanDataViewType.Instance, "Boolean");
    }

    [TestMethod]
    public void KeysWithoutKeyValuesAreRefused()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Photos(key => (uint)key), Definition<uint>());
        AssertMessage(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trainer().Fit(data)), "missing");
        AssertMessage(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trainer().GetOutputSchema(Shapes.Of(data.Schema))),
            "without text key values");
    }

    [TestMethod]
    public void NumbersAreClassesOnceTheirKeyValuesAreText()
    {
        LorealTrainer.Options options = Trained.Options();
        (options.Method, options.Attributes) = (PromptMethod.Template(), null);
        IDataView data = Trained.Data(_ml);
        data = _ml.Transforms.CopyColumns("Image", "ImagePath")
            .Append(
                _ml.Transforms.Conversion.MapValueToKey("Label", "Number", addKeyValueAnnotationsAsText: true)).Fit(data).Transform(data);
        using LorealTransformer model = _ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
        CollectionAssert.AreEqual(
            Trained.Photos.Select(photo => photo.Number.ToString(CultureInfo.InvariantCulture)).ToArray(), model.ClassNames.ToArray());
    }

    /// <summary>In a user's object a key counts from 0; in the data view from 1.</summary>
    private static List<Keyed<TKey>> Photos<TKey>(Func<int, TKey> key) =>
        [
            .. Trained.Photos
                .Select(photo => new Keyed<TKey> { Image = photo.ImagePath, Label = key(Array.IndexOf(Pictures.ClassNames, photo.Label)) }),
        ];

    private static SchemaDefinition Definition<TKey>()
    {
        var definition = SchemaDefinition.Create(typeof(Keyed<TKey>));
        definition["Label"].ColumnType = new KeyDataViewType(typeof(TKey), Pictures.ClassNames.Length);
        return definition;
    }

    private static void AssertMessage(ArgumentOutOfRangeException error, string found)
    {
        StringAssert.Contains(error.Message, "'Label'");
        StringAssert.Contains(error.Message, found);
        StringAssert.Contains(error.Message, "MapValueToKey");
    }

    private void AssertRefused<TValue>(TValue[] values, PrimitiveDataViewType type, string found)
    {
        SchemaDefinition definition = Definition<uint>();
        definition["Label"].AddAnnotation(
            "KeyValues", new VBuffer<TValue>(values.Length, values), new VectorDataViewType(type, values.Length));
        IDataView data = _ml.Data.LoadFromEnumerable(Photos(key => (uint)key), definition);
        AssertMessage(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trainer().Fit(data)), found);
        AssertMessage(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trainer().GetOutputSchema(Shapes.Of(data.Schema))), "text key values");
    }

    private LorealTrainer Trainer() => _ml.MulticlassClassification.Trainers.Loreal(Trained.Options());

    private List<float[]> Scores<TKey>(Func<int, TKey> key)
    {
        IDataView data = Data(key);
        LorealTrainer.Options options = Trained.Options();
        options.Attributes = null;
        using LorealTransformer model = _ml.MulticlassClassification.Trainers.Loreal(options).Fit(data);
        CollectionAssert.AreEqual(Pictures.ClassNames, model.ClassNames.ToArray());
        return Rows.Scores(model.Transform(data));
    }

    private IDataView Data<TKey>(Func<int, TKey> key)
    {
        SchemaDefinition definition = Definition<TKey>();
        definition["Label"].AddAnnotation(
            "KeyValues",
            new VBuffer<ReadOnlyMemory<char>>(Pictures.ClassNames.Length, [.. Pictures.ClassNames.Select(name => name.AsMemory())]),
            new VectorDataViewType(TextDataViewType.Instance, Pictures.ClassNames.Length));
        return _ml.Data.LoadFromEnumerable(Photos(key), definition);
    }

    private sealed class Keyed<TKey>
    {
        public string Image { get; set; } = "";

        public TKey Label { get; set; } = default!;
    }
}
