using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Loreal.Tests.MLNet;

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
        IDataView data = Map(
            _ml.Transforms.Conversion.MapValueToKey("Key", "Name", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue));

        CollectionAssert.AreEqual(new[] { "Cat", "ant", "dog" }, KeyValues(data, "Key"));
        CollectionAssert.AreEqual(new uint[] { 3, 0, 1, 3, 2 }, data.GetColumn<uint>("Key").ToArray());
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
        IDataView keys = _ml.Data.LoadFromEnumerable(
            new[] { new Term { Value = "zebra" }, new Term { Value = "ant" }, new Term { Value = "zebra" } });

        IDataView data = Map(_ml.Transforms.Conversion.MapValueToKey("Key", "Name", keyData: keys));

        CollectionAssert.AreEqual(new[] { "zebra", "ant" }, KeyValues(data, "Key"));
        CollectionAssert.AreEqual(new uint[] { 0, 0, 0, 0, 2 }, data.GetColumn<uint>("Key").ToArray());
    }

    [TestMethod]
    public void AMapLearnedFromSomeDataMapsUnknownValuesToMissing()
    {
        ITransformer model = _ml.Transforms.Conversion.MapValueToKey("Name").Fit(_ml.Data.LoadFromEnumerable(Animals));

        IDataView data = model.Transform(
            _ml.Data.LoadFromEnumerable(
                new[] { new Animal { Name = "Cat", Parts = ["", ""] }, new Animal { Name = "elk", Parts = ["", ""] } }));

        CollectionAssert.AreEqual(new uint[] { 2, 0 }, data.GetColumn<uint>("Name").ToArray());
    }

    [TestMethod]
    public void ValuesComeBackFromKeys()
    {
        InputOutputColumnPair[] there = [new("Name"), new("Weight"), new("Parts")];
        InputOutputColumnPair[] back = [new("Back", "Name"), new("Weight"), new("Parts")];
        IDataView data = Map(
            _ml.Transforms.Conversion.MapValueToKey(there).Append(_ml.Transforms.Conversion.MapKeyToValue(back)));

        CollectionAssert.AreEqual(new[] { "dog", "", "Cat", "dog", "ant" }, data.GetColumn<string>("Back").ToArray());
        CollectionAssert.AreEqual(new[] { 2.5f, float.NaN, 1.5f, 2.5f, -1 }, data.GetColumn<float>("Weight").ToArray());
        CollectionAssert.AreEqual(new[] { "ear", "" }, data.GetColumn<string[]>("Parts").ElementAt(1));
        Assert.AreEqual(TextDataViewType.Instance, data.Schema["Back"].Type);
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
