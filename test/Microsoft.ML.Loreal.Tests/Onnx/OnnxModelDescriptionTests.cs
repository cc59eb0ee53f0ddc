namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>The metadata of an exported ONNX file.</summary>
[TestClass]
public sealed class OnnxModelDescriptionTests
{
    private static readonly OnnxModelDescription _description = new(
        ["a \"tabby\" cat", "Käfer", "犬"],
        96,
        new ImageProcessorSettings
        {
            ResizeMode = ResizeMode.Longest,
            Filter = ResampleFilter.Lanczos,
            ResizedSide = 248,
            CroppedSide = 224,
            FillColor = (1, 2, 255),
        },
        "CoOp+attributes",
        "0.1.0+abc",
        new string('a', 64),
        "float16",
        "image");

    [TestMethod]
    public void WhatIsWrittenIsRead()
    {
        var read = OnnxModelDescription.FromProperties(_description.ToProperties());

        CollectionAssert.AreEqual(_description.ClassNames.ToArray(), read.ClassNames.ToArray());
        Assert.AreEqual(new ImageProcessor(_description.Preprocessing).Identity, new ImageProcessor(read.Preprocessing).Identity);
        Assert.AreEqual(
            _description with { ClassNames = read.ClassNames, Preprocessing = read.Preprocessing },
            read);
    }

    [TestMethod]
    public void ThePropertiesAreThoseOfTheFormat()
    {
        IReadOnlyDictionary<string, string> properties = _description.ToProperties();

        Assert.AreEqual("1", properties["loreal.format"]);
        Assert.AreEqual("""["a \"tabby\" cat","Käfer","犬"]""", properties["loreal.classes"]);
        Assert.AreEqual("96", properties["loreal.resolution"]);
        Assert.AreEqual(
            """{"resizeMode":"Longest","filter":"Lanczos","resizedSide":248,"croppedSide":224,"fillColor":[1,2,255]}""",
            properties["loreal.preprocessing"]);
        Assert.AreEqual("CoOp+attributes", properties["loreal.method"]);
        Assert.AreEqual("0.1.0+abc", properties["loreal.version"]);
        Assert.AreEqual(new string('a', 64), properties["loreal.backbone_sha256"]);
        Assert.AreEqual("float16", properties["loreal.weights"]);
        Assert.AreEqual("image", properties["loreal.input"]);
        Assert.HasCount(9, properties);
    }

    [TestMethod]
    public void EveryPropertyIsNeeded()
    {
        foreach (string key in _description.ToProperties().Keys)
        {
            Dictionary<string, string> properties = new(_description.ToProperties());
            properties.Remove(key);
            StringAssert.Contains(Error(properties).Message, $"'{key}'");
        }
    }

    [TestMethod]
    public void AnotherFormatIsRefusedNamingWhoWroteIt()
    {
        string message = Changed("loreal.format", "2").Message;
        StringAssert.Contains(message, "format '2'");
        StringAssert.Contains(message, "0.1.0+abc");
    }

    [TestMethod]
    [DataRow("loreal.classes", "[\"a\"]", "1 class(es)")]
    [DataRow("loreal.classes", "[\"a\",\"a\"]", "'a' twice")]
    [DataRow("loreal.classes", "[\"a\",\" \"]", "an empty name")]
    [DataRow("loreal.classes", "[\"a\",null]", "an empty name")]
    [DataRow("loreal.classes", "[\"a\",\"b\"", "cannot be read")]
    [DataRow("loreal.classes", "[1,2]", "cannot be read")]
    [DataRow("loreal.classes", "{}", "cannot be read")]
    [DataRow("loreal.resolution", "0", "'0'")]
    [DataRow("loreal.resolution", "-96", "'-96'")]
    [DataRow("loreal.resolution", "96.0", "'96.0'")]
    [DataRow("loreal.resolution", "99999999999", "'99999999999'")]
    [DataRow("loreal.preprocessing", "{}", "cannot be read")]
    [DataRow("loreal.preprocessing", "[]", "cannot be read")]
    [DataRow("loreal.backbone_sha256", "abc", "'abc'")]
    [DataRow("loreal.weights", "int4", "'int4'")]
    [DataRow("loreal.input", "bytes", "'bytes'")]
    public void ADamagedPropertyIsRefused(string key, string value, string found)
    {
        string message = Changed(key, value).Message;
        StringAssert.Contains(message, $"'{key}'");
        StringAssert.Contains(message, found);
    }

    [TestMethod]
    [DataRow("\"Longest\"", "\"Longer\"", "'Longer'")]
    [DataRow("\"Lanczos\"", "\"1\"", "'1'")]
    [DataRow("248", "0", "the resizedSide 0")]
    [DataRow("224", "70000", "the croppedSide 70000")]
    [DataRow("224", "60000", "resized to 0")]
    [DataRow("1,2,255", "1,2", "2 numbers")]
    [DataRow("1,2,255", "1,2,256", "cannot be read")]
    public void ADamagedPreprocessingIsRefused(string part, string replacement, string found)
    {
        string json = _description.ToProperties()["loreal.preprocessing"].Replace(part, replacement, StringComparison.Ordinal);
        StringAssert.Contains(Changed("loreal.preprocessing", json).Message, found);
    }

    private static InvalidDataException Changed(string key, string value) =>
        Error(new Dictionary<string, string>(_description.ToProperties()) { [key] = value });

    private static InvalidDataException Error(IReadOnlyDictionary<string, string> properties) =>
        Assert.ThrowsExactly<InvalidDataException>(() => OnnxModelDescription.FromProperties(properties));
}
