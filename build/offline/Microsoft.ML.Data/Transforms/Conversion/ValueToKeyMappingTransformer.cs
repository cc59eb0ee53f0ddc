using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(typeof(ValueToKeyMappingTransformer), null, typeof(SignatureLoadModel), "Term Transform", ValueToKeyMappingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

public sealed class ValueToKeyMappingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "TermTransform";
    internal const string AcceptedTypes = "standard type or a vector of standard type";

    private const string RegistrationName = "Term";
    private const string VocabularyDirectory = "Vocabulary";

    // Before these versions there were only text vocabularies.
    private const uint VersionOfOtherTypes = 0x00010003;
    private const uint VocabularyVersionOfOtherTypes = 0x00010002;

    private readonly TermMap[] _maps;
    private readonly bool[] _textAnnotations;

    private ValueToKeyMappingTransformer(IHost host, (string, string)[] columns, TermMap[] maps, bool[] textAnnotations)
        : base(host, columns)
    {
        _maps = maps;
        _textAnnotations = textAnnotations;
    }

    private ValueToKeyMappingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
    {
        _maps = new TermMap[ColumnPairs.Length];
        _textAnnotations = ctx.Header.ModelVerWritten >= VersionOfOtherTypes
            ? Array.ConvertAll(Decoding.ReadExactly(ctx.Reader, _maps.Length, "annotation flags"), static flag => flag != 0)
            : new bool[_maps.Length];
        var found = ctx.TryProcessSubModel(VocabularyDirectory, vocabulary =>
        {
            vocabulary.CheckAtModel(VocabularyVersion());
            Decoding.Check(vocabulary.Reader.ReadInt32() == _maps.Length, "The number of vocabularies is not the number of columns.");
            for (var index = 0; index < _maps.Length; index++)
            {
                _maps[index] = TermMap.Load(vocabulary, alwaysText: vocabulary.Header.ModelVerWritten < VocabularyVersionOfOtherTypes);
            }
        });
        Decoding.Check(found, $"Missing {VocabularyDirectory} model");
    }

    internal static ValueToKeyMappingTransformer Train(IHostEnvironment env, IDataView input, ValueToKeyMappingEstimator.ColumnOptions[] columns, IDataView keyData)
    {
        var host = env.Register(RegistrationName);
        using var channel = host.Start("Training");
        var sources = Array.ConvertAll(columns, options => CheckedColumn(host, input.Schema, options.InputColumnName));
        foreach (var options in columns)
        {
            host.CheckUserArg(options.MaximumNumberOfKeys > 0, nameof(options.MaximumNumberOfKeys), "Must be positive");
        }
        var maps = keyData is null ? Collect(host, input, sources, columns) : FromKeyData(host, keyData, sources, columns);
        for (var index = 0; index < maps.Length; index++)
        {
            if (maps[index].Count == 0)
            {
                channel.Warning("Term map for output column '{0}' contains no entries.", columns[index].OutputColumnName);
            }
        }
        return new ValueToKeyMappingTransformer(
            host,
            Array.ConvertAll(columns, static options => (options.OutputColumnName, options.InputColumnName)),
            maps,
            Array.ConvertAll(columns, static options => options.AddKeyValueAnnotationsAsText));
    }

    internal static bool CanHaveKeys(DataViewType itemType)
        => itemType is KeyDataViewType || itemType.Equals(ColumnTypeExtensions.PrimitiveTypeOrNull(itemType.RawType));

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private protected override void CheckInputColumn(DataViewSchema inputSchema, int col, int srcCol)
    {
        var column = CheckedColumn(Host, inputSchema, ColumnPairs[col].inputColumnName);
        if (!column.Type.GetItemType().Equals(_maps[col].ItemType))
        {
            throw Host.Except($"Could not apply a map over type '{_maps[col].ItemType}' to column '{column.Name}' since it has type '{column.Type.GetItemType()}'");
        }
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(TransformVersion());
        SaveColumns(ctx);
        foreach (var asText in _textAnnotations)
        {
            ctx.Writer.Write(asText);
        }
        ctx.SaveSubModel(VocabularyDirectory, vocabulary =>
        {
            vocabulary.SetVersionInfo(VocabularyVersion());
            vocabulary.Writer.Write(_maps.Length);
            foreach (var map in _maps)
            {
                map.Save(vocabulary);
            }
            vocabulary.SaveTextStream("Terms.txt", writer => Array.ForEach(_maps, map => map.WriteText(writer)));
        });
    }

    private static ValueToKeyMappingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(TransformVersion());
        return new ValueToKeyMappingTransformer(env.Register(RegistrationName), ctx);
    }

    private static VersionInfo TransformVersion()
        => new("TERMTRNF", VersionOfOtherTypes, VersionOfOtherTypes, 0x00010001, typeof(ValueToKeyMappingTransformer).Assembly.FullName, LoaderSignature);

    private static VersionInfo VocabularyVersion()
        => new(
            "TERM MAN",
            VocabularyVersionOfOtherTypes,
            VocabularyVersionOfOtherTypes,
            0x00010001,
            typeof(ValueToKeyMappingTransformer).Assembly.FullName,
            "TermManager");

    private static DataViewSchema.Column CheckedColumn(IHost host, DataViewSchema schema, string name)
    {
        var column = schema.GetColumnOrNull(name) ?? throw host.ExceptSchemaMismatch(nameof(schema), "input", name);
        return CanHaveKeys(column.Type.GetItemType()) ? column : throw host.ExceptSchemaMismatch(nameof(schema), "input", name, AcceptedTypes, column.Type.ToString());
    }

    private static TermMap[] Collect(IHost host, IDataView input, DataViewSchema.Column[] sources, ValueToKeyMappingEstimator.ColumnOptions[] columns)
    {
        using var cursor = input.GetRowCursor(sources.DistinctBy(static column => column.Index));
        var collectors = new TermCollector[columns.Length];
        for (var index = 0; index < columns.Length; index++)
        {
            collectors[index] = TermCollector.Create(cursor, sources[index], columns[index].MaximumNumberOfKeys);
        }
        var open = collectors.ToList();
        while (open.Count > 0 && cursor.MoveNext())
        {
            host.CheckAlive();
            open.RemoveAll(static collector => !collector.TakeRow());
        }
        return [.. collectors.Select((collector, index) => collector.Finish(IsSorted(columns[index])))];
    }

    private static TermMap[] FromKeyData(IHost host, IDataView keyData, DataViewSchema.Column[] sources, ValueToKeyMappingEstimator.ColumnOptions[] columns)
    {
        var terms = keyData.Schema[0];
        foreach (var source in sources)
        {
            if (!terms.Type.Equals(source.Type.GetItemType()))
            {
                throw host.ExceptParam(
                    nameof(keyData), $"Terms from input data type '{terms.Type}' but mismatches column '{source.Name}' item type '{source.Type.GetItemType()}'");
            }
        }
        using var cursor = keyData.GetRowCursor([terms]);
        var collector = TermCollector.Create(cursor, terms, int.MaxValue);
        while (cursor.MoveNext() && collector.TakeRow())
        {
            host.CheckAlive();
        }
        // All columns share one vocabulary, in the order that the first asks for.
        return [.. Enumerable.Repeat(collector.Finish(IsSorted(columns[0])), columns.Length)];
    }

    private static bool IsSorted(ValueToKeyMappingEstimator.ColumnOptions options) => options.KeyOrdinality == ValueToKeyMappingEstimator.KeyOrdinality.ByValue;

    private sealed class Mapper(ValueToKeyMappingTransformer parent, DataViewSchema inputSchema) : OneToOneMapperBase(parent.Host, parent, inputSchema)
    {
        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
        {
            var columns = new DataViewSchema.DetachedColumn[Sources.Length];
            for (var index = 0; index < columns.Length; index++)
            {
                var source = InputSchema[Sources[index]];
                var map = parent._maps[index];
                var annotations = new DataViewSchema.Annotations.Builder();
                map.AddKeyValues(annotations, source, parent._textAnnotations[index]);
                annotations.Add(source.Annotations, static name => name == AnnotationUtils.Kinds.SlotNames);
                DataViewType type = source.Type is VectorDataViewType vector ? new VectorDataViewType(map.OutputType, vector.Dimensions) : map.OutputType;
                columns[index] = new DataViewSchema.DetachedColumn(parent.ColumnPairs[index].outputColumnName, type, annotations.ToAnnotations());
            }
            return columns;
        }

        protected override Delegate MakeGetter(DataViewRow input, int output, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null;
            return parent._maps[output].MakeGetter(input, input.Schema[Sources[output]]);
        }
    }
}
