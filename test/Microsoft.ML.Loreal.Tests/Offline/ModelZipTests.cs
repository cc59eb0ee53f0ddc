using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Tests.Offline;

/// <summary>The zip of Model.Save: its parts, the bytes of its headers, loading it elsewhere, and what damage to it brings.</summary>
[TestClass]
public sealed class ModelZipTests
{
    private const int HeaderSize = 0x100;
    private const string DataAssembly = "Microsoft.ML.Data, Version=1.0.0.0, Culture=neutral, PublicKeyToken=cc7b13ffcd2ddd51";

    // The real ML.NET says what is wrong, not where.
    private static readonly bool _namesDamagedParts = StandIns.Have(typeof(TransformerChain<>));

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void TheZipHasOneFolderATransformer()
    {
        Dictionary<string, byte[]> parts = Parts(SaveKeyMapping());

        CollectionAssert.AreEquivalent(
            new[]
            {
                "TrainingInfo/Version.txt",
                "TransformerChain/Model.key",
                "TransformerChain/Transform_000/Model.key",
                "TransformerChain/Transform_000/Vocabulary/Model.key",
                "TransformerChain/Transform_000/Vocabulary/Terms.txt",
                "TransformerChain/Transform_001/Model.key",
                "Schema",
            },
            parts.Keys.Select(static name => name.Replace('\\', '/')).ToArray());
        Assert.AreEqual(
            string.Join(Environment.NewLine, "# Number of terms = 3", "0\tdog", "1\tcat", "2\tant", ""),
            Encoding.UTF8.GetString(parts["TransformerChain/Transform_000/Vocabulary/Terms.txt"]));
    }

    [TestMethod]
    public void WithoutSchemaThereIsNoSchemaPart()
    {
        (IDataView data, ITransformer model) = FitKeyMapping();
        using var zip = new MemoryStream();
        _ml.Model.Save(model, null, zip);

        Assert.IsFalse(Parts(zip.ToArray()).ContainsKey("Schema"));
        ITransformer loaded = _ml.Model.Load(new MemoryStream(zip.ToArray()), out DataViewSchema? schema);
        Assert.IsNull(schema);
        CollectionAssert.AreEqual(data.GetColumn<string>("Name").ToArray(), loaded.Transform(data).GetColumn<string>("Back").ToArray());
    }

    [TestMethod]
    public void ChainsHeaderHasEveryFieldWhereItBelongs()
    {
        byte[] key = Parts(SaveKeyMapping())["TransformerChain/Model.key"];

        // Header, then the count and one scope a transformer, the assembly's name and the tail; no strings.
        int nameStart = HeaderSize + 12;
        int nameBytes = DataAssembly.Length * 2;
        Assert.AreEqual(0x4C45444F4D004C4DUL, UInt64(key, 0x00));
        Assert.AreEqual(0x00010002U, UInt32(key, 0x08));
        Assert.AreEqual(0x00010002U, UInt32(key, 0x0C));
        Assert.AreEqual(HeaderSize, Int64(key, 0x10));
        Assert.AreEqual(12, Int64(key, 0x18));
        for (int offset = 0x20; offset < 0x40; offset += 8)
        {
            Assert.AreEqual(0, Int64(key, offset), $"string table, 0x{offset:X}");
        }
        Assert.AreEqual("XF\0CHAIN", Latin1(key, 0x40, 8));
        Assert.AreEqual(0x00010001U, UInt32(key, 0x48));
        Assert.AreEqual(0x00010001U, UInt32(key, 0x4C));
        Assert.AreEqual("TransformerChain".PadRight(24, '\0'), Latin1(key, 0x50, 24));
        Assert.AreEqual(new string('\0', 24), Latin1(key, 0x68, 24));
        Assert.AreEqual(nameStart + nameBytes, Int64(key, 0x80));
        Assert.AreEqual(nameStart + nameBytes + 8, Int64(key, 0x88));
        Assert.AreEqual(nameStart, Int64(key, 0x90));
        Assert.AreEqual((uint)nameBytes, UInt32(key, 0x98));
        Assert.IsTrue(key.AsSpan(0x9C, HeaderSize - 0x9C).IndexOfAnyExcept((byte)0) < 0);

        Assert.AreEqual(2U, UInt32(key, HeaderSize));
        Assert.AreEqual(7U, UInt32(key, HeaderSize + 4));
        Assert.AreEqual(7U, UInt32(key, HeaderSize + 8));
        Assert.AreEqual(DataAssembly, Encoding.Unicode.GetString(key, nameStart, nameBytes));
        Assert.AreEqual(0x4D4C004D4F44454CUL, UInt64(key, nameStart + nameBytes));
        Assert.AreEqual(nameStart + nameBytes + 8, key.Length);
    }

    [TestMethod]
    public void VocabularyKeepsItsTermsInTheStringTable()
    {
        byte[] key = Parts(SaveKeyMapping())["TransformerChain/Transform_000/Vocabulary/Model.key"];

        // One map: text (0), three terms, the strings 0, 1, 2.
        CollectionAssert.AreEqual(
            new byte[] { 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0 },
            key.AsSpan(HeaderSize, (int)Int64(key, 0x18)).ToArray());
        Assert.AreEqual("TERM\0MAN", Latin1(key, 0x40, 8));
        Assert.AreEqual(0x00010002U, UInt32(key, 0x48));
        Assert.AreEqual("TermManager".PadRight(24, '\0'), Latin1(key, 0x50, 24));
        Assert.AreEqual(HeaderSize + 21, Int64(key, 0x20));
        Assert.AreEqual(24, Int64(key, 0x28));
        Assert.AreEqual(HeaderSize + 45, Int64(key, 0x30));
        Assert.AreEqual(18, Int64(key, 0x38));
        Assert.AreEqual(6, Int64(key, HeaderSize + 21));
        Assert.AreEqual(12, Int64(key, HeaderSize + 29));
        Assert.AreEqual(18, Int64(key, HeaderSize + 37));
        Assert.AreEqual("dogcatant", Encoding.Unicode.GetString(key, HeaderSize + 45, 18));
    }

    [TestMethod]
    public void KeyMappingNamesItsColumns()
    {
        byte[] key = Parts(SaveKeyMapping())["TransformerChain/Transform_000/Model.key"];

        // One pair of columns, the strings 0 and 1, annotations not as text.
        CollectionAssert.AreEqual(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 }, key.AsSpan(HeaderSize, (int)Int64(key, 0x18)).ToArray());
        Assert.AreEqual("TERMTRNF", Latin1(key, 0x40, 8));
        Assert.AreEqual("TermTransform".PadRight(24, '\0'), Latin1(key, 0x50, 24));
        Assert.AreEqual("KeyName", Encoding.Unicode.GetString(key, (int)Int64(key, 0x30), (int)Int64(key, 0x38)));
    }

    [TestMethod]
    public void SchemaIsBinaryDataWithoutRows()
    {
        byte[] schema = Parts(SaveKeyMapping())["Schema"];

        Assert.AreEqual("CML\0DVB\0", Latin1(schema, 0, 8));
        Assert.AreEqual(0x0001000100010006UL, UInt64(schema, 8));
        Assert.AreEqual(0x0001000100010006UL, UInt64(schema, 16));
        int contents = (int)Int64(schema, 24);
        int tail = (int)Int64(schema, 32);
        Assert.AreEqual(0, Int64(schema, 40));
        Assert.AreEqual(2U, UInt32(schema, 48));
        Assert.AreEqual(0x434D4C0044564200UL, UInt64(schema, tail));
        Assert.AreEqual(tail + 8, schema.Length);
        // Name, codec, no parameters, deflate, one row a block, where the blocks' table is, no annotations.
        byte[] first = [4, .. "Name"u8, 8, .. "TextSpan"u8, 0, 1, 1, .. BitConverter.GetBytes((long)HeaderSize), .. new byte[8]];
        byte[] second = [6, .. "Weight"u8, 6, .. "Single"u8, 0, 1, 1, .. BitConverter.GetBytes((long)HeaderSize), .. new byte[8]];
        CollectionAssert.AreEqual((byte[])[.. first, .. second], schema[contents..tail]);
    }

    [TestMethod]
    public void AnotherContextLoadsModelAndSchema()
    {
        byte[] zip = SaveKeyMapping();
        var elsewhere = new MLContext();

        ITransformer model = elsewhere.Model.Load(new MemoryStream(zip), out DataViewSchema schema);
        IDataView data = model.Transform(elsewhere.Data.LoadFromEnumerable(new[] { new Animal { Name = "cat" }, new Animal { Name = "elk" } }));

        CollectionAssert.AreEqual(new[] { "Name", "Weight" }, schema.Select(static column => column.Name).ToArray());
        CollectionAssert.AreEqual(new uint[] { 2, 0 }, data.GetColumn<uint>("Key").ToArray());
        CollectionAssert.AreEqual(new[] { "cat", "" }, data.GetColumn<string>("Back").ToArray());
    }

    [TestMethod]
    public void WhatIsLoadedIsSavedWithTheSameBytes()
    {
        byte[] first = SaveKeyMapping();
        ITransformer model = new MLContext().Model.Load(new MemoryStream(first), out DataViewSchema schema);
        using var second = new MemoryStream();
        new MLContext().Model.Save(model, schema, second);

        Dictionary<string, byte[]> expected = Parts(first);
        Dictionary<string, byte[]> actual = Parts(second.ToArray());
        CollectionAssert.AreEquivalent(expected.Keys, actual.Keys);
        foreach ((string name, byte[] bytes) in expected)
        {
            CollectionAssert.AreEqual(bytes, actual[name], name);
        }
    }

    [TestMethod]
    public void EveryTypeOfAColumnAndItsAnnotationsComeBack()
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add<VBuffer<ReadOnlyMemory<char>>>(
            "KeyValues",
            new VectorDataViewType(TextDataViewType.Instance, 3),
            static (ref VBuffer<ReadOnlyMemory<char>> value) => value = new VBuffer<ReadOnlyMemory<char>>(3, ["Größe".AsMemory(), "".AsMemory(), new string('x', 5000).AsMemory()]));
        annotations.Add<VBuffer<float>>(
            "Sparse", new VectorDataViewType(NumberDataViewType.Single, 9), static (ref VBuffer<float> value) => value = new VBuffer<float>(9, 2, [1.5f, -2], [3, 8]));
        annotations.AddPrimitiveValue("Flag", BooleanDataViewType.Instance, true);
        annotations.AddPrimitiveValue("When", DateTimeOffsetDataViewType.Instance, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromMinutes(90)));
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Key", new KeyDataViewType(typeof(byte), 3), annotations.ToAnnotations());
        DataViewType[] types =
        [
            NumberDataViewType.SByte, NumberDataViewType.Byte, NumberDataViewType.Int16, NumberDataViewType.UInt16, NumberDataViewType.Int32, NumberDataViewType.UInt32,
            NumberDataViewType.Int64, NumberDataViewType.UInt64, NumberDataViewType.Single, NumberDataViewType.Double, TextDataViewType.Instance,
            BooleanDataViewType.Instance, DateTimeDataViewType.Instance, DateTimeOffsetDataViewType.Instance, TimeSpanDataViewType.Instance, RowIdDataViewType.Instance,
            new KeyDataViewType(typeof(ulong), ulong.MaxValue), new VectorDataViewType(NumberDataViewType.Single), new VectorDataViewType(TextDataViewType.Instance, 2, 0, 4),
            new VectorDataViewType(new KeyDataViewType(typeof(ushort), 7), 5),
        ];
        foreach (DataViewType type in types)
        {
            builder.AddColumn("Same name", type);
        }
        // Images have no binary form either.
        builder.AddColumn("Lost", new FormlessType());
        DataViewSchema schema = builder.ToSchema();
        using var zip = new MemoryStream();
        _ml.Model.Save(FitKeyMapping().Model, schema, zip);

        _ml.Model.Load(new MemoryStream(zip.ToArray()), out DataViewSchema loaded);

        Assert.IsNull(loaded.GetColumnOrNull("Lost"));
        CollectionAssert.AreEqual(schema.Take(types.Length + 1).Select(static column => column.Name).ToArray(), loaded.Select(static column => column.Name).ToArray());
        CollectionAssert.AreEqual(schema.Take(types.Length + 1).Select(static column => column.Type).ToArray(), loaded.Select(static column => column.Type).ToArray());
        VBuffer<ReadOnlyMemory<char>> texts = default;
        loaded["Key"].Annotations.GetValue("KeyValues", ref texts);
        CollectionAssert.AreEqual(new[] { "Größe", "", new string('x', 5000) }, texts.DenseValues().Select(static text => text.ToString()).ToArray());
        VBuffer<float> numbers = default;
        loaded["Key"].Annotations.GetValue("Sparse", ref numbers);
        Assert.IsFalse(numbers.IsDense);
        CollectionAssert.AreEqual(new[] { 0, 0, 0, 1.5f, 0, 0, 0, 0, -2 }, numbers.DenseValues().ToArray());
        bool flag = false;
        loaded["Key"].Annotations.GetValue("Flag", ref flag);
        Assert.IsTrue(flag);
        DateTimeOffset time = default;
        loaded["Key"].Annotations.GetValue("When", ref time);
        Assert.AreEqual(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromMinutes(90)), time);
    }

    [TestMethod]
    public void TransformerOfAnotherAssemblyComesBackByItsLoadableClass()
    {
        byte[] zip = Save(new TransformerChain<ITransformer>(FitKeyMapping().Model, new ScalingTransformer("größer", [1.5f, -2, float.NaN], null)));

        var loaded = (ScalingTransformer)((TransformerChain<ITransformer>)new MLContext().Model.Load(new MemoryStream(zip), out _)).LastTransformer;

        Assert.AreEqual("größer", loaded.Name);
        CollectionAssert.AreEqual(new[] { 1.5f, -2, float.NaN }, loaded.Factors);
        Assert.IsNull(loaded.Note);
        Assert.AreEqual("Größe: 3", loaded.Text);
        Assert.AreEqual(30, loaded.Inner);
        Dictionary<string, byte[]> parts = Parts(zip);
        Assert.IsTrue(parts.ContainsKey("TransformerChain/Transform_000/Transform_001/Model.key"), "chains nest");
        Assert.AreEqual(4 + 3 * 4, parts["TransformerChain/Transform_001/Factors.bin"].Length);
        byte[] key = parts["TransformerChain/Transform_001/Model.key"];
        Assert.AreEqual(typeof(ScalingTransformer).Assembly.FullName, Encoding.Unicode.GetString(key, (int)Int64(key, 0x90), (int)UInt32(key, 0x98)));
    }

    [TestMethod]
    public void TransformerCanBeTheWholeModel()
    {
        byte[] zip = Save(new ScalingTransformer("alone", [], "note"));

        var loaded = (ScalingTransformer)new MLContext().Model.Load(new MemoryStream(zip), out _);

        Assert.AreEqual("note", loaded.Note);
    }

    [TestMethod]
    public void AbsentAssemblyIsNamed()
    {
        byte[] zip = Save(new ScalingTransformer("far", [1], null, "Contoso.Scaling, Version=3.0.0.0, Culture=neutral, PublicKeyToken=null"));

        Exception problem = LoadFailure(zip);

        Assert.IsTrue(Chain(problem).OfType<FileNotFoundException>().Any(static cause => cause.Message.Contains("Contoso.Scaling", StringComparison.Ordinal)), problem.ToString());
    }

    [TestMethod]
    public void TransformerThatSavesNothingIsRefused()
    {
        var problem = Assert.ThrowsExactly<InvalidOperationException>(() => Save(new SilentTransformer()));

        StringAssert.Contains(problem.Message, "ModelSignature not specified!");
    }

    [TestMethod]
    public void TruncatedZipIsRefused()
    {
        byte[] zip = SaveKeyMapping();
        foreach (int length in new[] { 0, 1, 30, zip.Length / 2, zip.Length - 30, zip.Length - 1 })
        {
            AssertDamage(LoadFailure(zip[..length]), "zip archive");
        }
    }

    [TestMethod]
    public void MissingPartIsNamed()
    {
        Dictionary<string, byte[]> parts = Parts(SaveKeyMapping());
        parts.Remove("TransformerChain/Transform_001/Model.key");
        AssertDamage(LoadFailure(Zip(parts)), "Transform_001");

        parts = Parts(SaveKeyMapping());
        parts.Remove("TransformerChain/Transform_000/Vocabulary/Model.key");
        AssertDamage(LoadFailure(Zip(parts)), "Vocabulary");
    }

    [TestMethod]
    [DataRow("TransformerChain/Model.key")]
    [DataRow("TransformerChain/Transform_000/Model.key")]
    [DataRow("Schema")]
    public void DamagedHeaderIsNamed(string part)
    {
        Dictionary<string, byte[]> parts = Parts(SaveKeyMapping());
        parts[part][0] ^= 0xFF;

        AssertDamage(LoadFailure(Zip(parts)), part);
    }

    [TestMethod]
    public void NewerModelIsRefused()
    {
        Dictionary<string, byte[]> parts = Parts(SaveKeyMapping());
        byte[] key = parts["TransformerChain/Transform_000/Model.key"];
        BinaryPrimitives.WriteUInt32LittleEndian(key.AsSpan(0x48), 0x00020000);
        BinaryPrimitives.WriteUInt32LittleEndian(key.AsSpan(0x4C), 0x00020000);

        AssertDamage(LoadFailure(Zip(parts)), "too new");
    }

    [TestMethod]
    public void FlippedBytesEndInADocumentedErrorOrAModel()
    {
        StandIns.Only(typeof(TransformerChain<>), "it lets exceptions of other types out.");
        const int step = 3;
        Dictionary<string, byte[]> parts = Parts(SaveKeyMapping());
        foreach ((string name, byte[] bytes) in parts.Where(static part => !part.Key.EndsWith(".txt", StringComparison.Ordinal)))
        {
            for (int index = 0; index < bytes.Length; index += step)
            {
                byte original = bytes[index];
                bytes[index] ^= (byte)(1 << index % 8);
                Exception? problem = TryLoad(Zip(parts, CompressionLevel.NoCompression));
                Assert.IsTrue(
                    problem is null || Chain(problem).Any(static cause => cause is FormatException or InvalidDataException or FileNotFoundException),
                    $"{name}, byte 0x{index:X}: {problem}");
                bytes[index] = original;
            }
        }
    }

    [TestMethod]
    public void FileAndStreamHoldTheSame()
    {
        (IDataView data, ITransformer model) = FitKeyMapping();
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".zip");
        try
        {
            _ml.Model.Save(model, data.Schema, path);
            ITransformer loaded = _ml.Model.Load(path, out DataViewSchema schema);

            Assert.AreEqual(2, schema.Count);
            CollectionAssert.AreEqual(new uint[] { 1, 2, 1, 3 }, loaded.Transform(data).GetColumn<uint>("Key").ToArray());
        }
        finally
        {
            File.Delete(path);
        }
    }

    private (IDataView Data, ITransformer Model) FitKeyMapping()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(new[] { new Animal { Name = "dog" }, new Animal { Name = "cat" }, new Animal { Name = "dog" }, new Animal { Name = "ant" } });
        return (data, _ml.Transforms.Conversion.MapValueToKey("Key", "Name").Append(_ml.Transforms.Conversion.MapKeyToValue("Back", "Key")).Fit(data));
    }

    private byte[] SaveKeyMapping()
    {
        (IDataView data, ITransformer model) = FitKeyMapping();
        using var zip = new MemoryStream();
        _ml.Model.Save(model, data.Schema, zip);
        return zip.ToArray();
    }

    private byte[] Save(ITransformer model)
    {
        using var zip = new MemoryStream();
        _ml.Model.Save(model, null, zip);
        return zip.ToArray();
    }

    private static Exception LoadFailure(byte[] zip) => TryLoad(zip) ?? throw new AssertFailedException("The damaged model was loaded.");

    private static Exception? TryLoad(byte[] zip)
    {
        try
        {
            new MLContext().Model.Load(new MemoryStream(zip), out _);
            return null;
        }
        catch (Exception problem)
        {
            return problem;
        }
    }

    private static void AssertDamage(Exception problem, string named)
        => Assert.IsTrue(
            Chain(problem).Any(cause => cause is FormatException or InvalidDataException && (!_namesDamagedParts || cause.Message.Contains(named, StringComparison.Ordinal))),
            problem.ToString());

    private static IEnumerable<Exception> Chain(Exception problem)
    {
        for (Exception? cause = problem; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }

    private static Dictionary<string, byte[]> Parts(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return archive.Entries.ToDictionary(static entry => entry.FullName, static entry =>
        {
            using Stream source = entry.Open();
            using var bytes = new MemoryStream();
            source.CopyTo(bytes);
            return bytes.ToArray();
        });
    }

    private static byte[] Zip(Dictionary<string, byte[]> parts, CompressionLevel level = CompressionLevel.Fastest)
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes) in parts)
            {
                using Stream entry = archive.CreateEntry(name, level).Open();
                entry.Write(bytes);
            }
        }
        return zip.ToArray();
    }

    private static ulong UInt64(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(offset));

    private static long Int64(byte[] bytes, int offset) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(offset));

    private static uint UInt32(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset));

    private static string Latin1(byte[] bytes, int offset, int count) => Encoding.Latin1.GetString(bytes, offset, count);

    private sealed class Animal
    {
        public string Name { get; set; } = "";

        public float Weight { get; set; }
    }

    private sealed class FormlessType() : StructuredDataViewType(typeof(Uri))
    {
        public override bool Equals(DataViewType? other) => other is FormlessType;

        public override bool Equals(object? other) => other is FormlessType;

        public override int GetHashCode() => 1;
    }

    private sealed class SilentTransformer : ITransformer
    {
        public bool IsRowToRowMapper => false;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inputSchema;

        public IDataView Transform(IDataView input) => input;

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new InvalidOperationException("This transformer maps no rows.");

        void ICanSaveModel.Save(ModelSaveContext ctx)
        {
        }
    }
}
