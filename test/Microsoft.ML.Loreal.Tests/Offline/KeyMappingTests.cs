using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Loreal.Tests.Offline;

/// <summary>MapValueToKey and MapKeyToValue as a pipeline sees them.</summary>
[TestClass]
public sealed class KeyMappingTests
{
    private static readonly Animal[] Animals =
    [
        new() { Name = "dog", Legs = 4, Weight = 2.5f, Parts = ["tail", "ear"] },
        new() { Name = "", Legs = 2, Weight = float.NaN, Parts = ["ear", ""] },
        new() { Name = "Cat", Legs = 4, Weight = 1.5f, Parts = ["nose", "tail"] },
        new() { Name = "dog", Legs = 0, Weight = 2.5f, Parts = ["tail", "tail"] },
        new() { Name = "ant", Legs = 6, Weight = -1, Parts = ["ear", "nose"] },
    ];

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void KeysCountFromOneInOrderOfOccurrence()
    {
        IDataView data = Map(_ml.Transforms.Conversion.MapValueToKey("Key", "Name"));

        CollectionAssert.AreEqual(new uint[] { 1, 0, 2, 1, 3 }, data.GetColumn<uint>("Key").ToArray());
        CollectionAssert.AreEqual(new[] { "dog", "Cat", "ant" }, KeyValues(data, "Key"));
        Assert.AreEqual(new KeyDataViewType(typeof(uint), 3), data.Schema["Key"].Type);
    }

    [TestMethod]
    public void ByValueSortsTextOrdinally()
    {
        IDataView data = Map(_ml.Transforms.Conversion.MapValueToKey("Key", "Name", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue));

        CollectionAssert.AreEqual(new[] { "Cat", "ant", "dog" }, KeyValues(data, "Key"));
        CollectionAssert.AreEqual(new uint[] { 3, 0, 1, 3, 2 }, data.GetColumn<uint>("Key").ToArray());
    }

    [TestMethod]
    public void NumbersHaveKeysToo_NaNIsMissing()
    {
        IDataView data = Map(_ml.Transforms.Conversion.MapValueToKey("Key", "Weight", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue));

        CollectionAssert.AreEqual(new uint[] { 3, 0, 2, 3, 1 }, data.GetColumn<uint>("Key").ToArray());
        VBuffer<float> values = default;
        data.Schema["Key"].Annotations.GetValue("KeyValues", ref values);
        CollectionAssert.AreEqual(new[] { -1, 1.5f, 2.5f }, values.DenseValues().ToArray());
    }

    [TestMethod]
    public void ZeroIsAValueOfAnInteger()
    {
        IDataView data = Map(_ml.Transforms.Conversion.MapValueToKey("Key", "Legs", addKeyValueAnnotationsAsText: true));

        CollectionAssert.AreEqual(new uint[] { 1, 2, 1, 3, 4 }, data.GetColumn<uint>("Key").ToArray());
        CollectionAssert.AreEqual(new[] { "4", "2", "0", "6" }, KeyValues(data, "Key"));
    }

    [TestMethod]
    public void VectorsAreMappedSlotBySlot()
    {
        IDataView data = Map(_ml.Transforms.Conversion.MapValueToKey("Keys", "Parts"));

        uint[][] keys = [.. data.GetColumn<uint[]>("Keys")];
        CollectionAssert.AreEqual(new uint[] { 1, 2 }, keys[0]);
        CollectionAssert.AreEqual(new uint[] { 2, 0 }, keys[1]);
        CollectionAssert.AreEqual(new uint[] { 3, 1 }, keys[2]);
        Assert.AreEqual(new VectorDataViewType(new KeyDataViewType(typeof(uint), 3), 2), data.Schema["Keys"].Type);
    }

    [TestMethod]
    public void NoMoreKeysThanAskedFor_TheRestIsMissing()
    {
        IDataView data = Map(_ml.Transforms.Conversion.MapValueToKey("Key", "Name", maximumNumberOfKeys: 2));

        CollectionAssert.AreEqual(new uint[] { 1, 0, 2, 1, 0 }, data.GetColumn<uint>("Key").ToArray());
    }

    [TestMethod]
    public void GivenKeysAreTakenAsTheyAre()
    {
        IDataView keys = _ml.Data.LoadFromEnumerable(new[] { new Term { Value = "zebra" }, new Term { Value = "ant" }, new Term { Value = "zebra" } });

        IDataView data = Map(_ml.Transforms.Conversion.MapValueToKey("Key", "Name", keyData: keys));

        CollectionAssert.AreEqual(new[] { "zebra", "ant" }, KeyValues(data, "Key"));
        CollectionAssert.AreEqual(new uint[] { 0, 0, 0, 0, 2 }, data.GetColumn<uint>("Key").ToArray());
    }

    [TestMethod]
    public void GivenKeysWithTwoColumnsAreRefused()
        => Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _ml.Transforms.Conversion.MapValueToKey("Key", "Name", keyData: _ml.Data.LoadFromEnumerable(Animals)));

    [TestMethod]
    public void GivenKeysOfAnotherTypeAreRefused()
    {
        IDataView keys = _ml.Data.LoadFromEnumerable(new[] { new Term { Value = "4" } });

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Map(_ml.Transforms.Conversion.MapValueToKey("Key", "Legs", keyData: keys)));
    }

    [TestMethod]
    public void AMapLearnedFromSomeDataMapsUnknownValuesToMissing()
    {
        ITransformer model = _ml.Transforms.Conversion.MapValueToKey("Name").Fit(_ml.Data.LoadFromEnumerable(Animals));

        IDataView data = model.Transform(_ml.Data.LoadFromEnumerable(new[] { new Animal { Name = "Cat", Parts = ["", ""] }, new Animal { Name = "elk", Parts = ["", ""] } }));

        CollectionAssert.AreEqual(new uint[] { 2, 0 }, data.GetColumn<uint>("Name").ToArray());
    }

    [TestMethod]
    public void ValuesComeBackFromKeys()
    {
        IDataView data = Map(_ml.Transforms.Conversion.MapValueToKey([new InputOutputColumnPair("Name"), new InputOutputColumnPair("Weight"), new InputOutputColumnPair("Parts")])
            .Append(_ml.Transforms.Conversion.MapKeyToValue([new InputOutputColumnPair("Back", "Name"), new InputOutputColumnPair("Weight"), new InputOutputColumnPair("Parts")])));

        CollectionAssert.AreEqual(new[] { "dog", "", "Cat", "dog", "ant" }, data.GetColumn<string>("Back").ToArray());
        CollectionAssert.AreEqual(new[] { 2.5f, float.NaN, 1.5f, 2.5f, -1 }, data.GetColumn<float>("Weight").ToArray());
        CollectionAssert.AreEqual(new[] { "ear", "" }, data.GetColumn<string[]>("Parts").ElementAt(1));
        Assert.AreEqual(TextDataViewType.Instance, data.Schema["Back"].Type);
    }

    [TestMethod]
    public void KeysOfKeysKeepTheInnerValues()
    {
        IDataView data = Map(_ml.Transforms.Conversion.MapValueToKey("Key", "Name")
            .Append(_ml.Transforms.Conversion.MapValueToKey("Again", "Key", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)));

        CollectionAssert.AreEqual(new[] { "dog", "Cat", "ant" }, KeyValues(data, "Again"));
    }

    [TestMethod]
    public void ColumnThatIsAbsentIsNamed()
    {
        var problem = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Map(_ml.Transforms.Conversion.MapValueToKey("Key", "Nothing")));

        StringAssert.Contains(problem.Message, "Nothing");
    }

    [TestMethod]
    public void ColumnThatIsNoKeyIsNamed()
    {
        var problem = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => Map(_ml.Transforms.Conversion.MapValueToKey("Key", "Name").Append(_ml.Transforms.Conversion.MapKeyToValue("Weight"))));

        StringAssert.Contains(problem.Message, "Weight");
    }

    [TestMethod]
    public void SlotNamesArePassedOn()
    {
        var definition = SchemaDefinition.Create(typeof(Animal));
        definition["Parts"].AddAnnotation(
            "SlotNames",
            new VBuffer<ReadOnlyMemory<char>>(2, ["first".AsMemory(), "second".AsMemory()]),
            new VectorDataViewType(TextDataViewType.Instance, 2));
        IDataView data = _ml.Data.LoadFromEnumerable(Animals, definition);

        DataViewSchema schema = _ml.Transforms.Conversion.MapValueToKey("Keys", "Parts").Fit(data).GetOutputSchema(data.Schema);

        VBuffer<ReadOnlyMemory<char>> names = default;
        schema["Keys"].Annotations.GetValue("SlotNames", ref names);
        CollectionAssert.AreEqual(new[] { "first", "second" }, names.DenseValues().Select(static name => name.ToString()).ToArray());
    }

    private IDataView Map<TTransformer>(IEstimator<TTransformer> pipeline)
        where TTransformer : class, ITransformer
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Animals);
        return pipeline.Fit(data).Transform(data);
    }

    private static string[] KeyValues(IDataView data, string column)
    {
        VBuffer<ReadOnlyMemory<char>> values = default;
        data.Schema[column].Annotations.GetValue("KeyValues", ref values);
        return [.. values.DenseValues().Select(static value => value.ToString())];
    }

    private sealed class Animal
    {
        public string Name { get; set; } = "";

        public int Legs { get; set; }

        public float Weight { get; set; }

        [VectorType(2)]
        public string[] Parts { get; set; } = [];
    }

    private sealed class Term
    {
        public string Value { get; set; } = "";
    }
}
