using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(ColumnConcatenatingTransformer), null, typeof(SignatureLoadModel), "Concat Transform", ColumnConcatenatingTransformer.LoaderSignature)]

namespace Microsoft.ML.Data;

/// <summary>Columns of one item type put one after the other in a vector column.</summary>
public sealed class ColumnConcatenatingTransformer : RowToRowTransformerBase
{
    internal const string LoaderSignature = "ConcatTransform";

    private readonly Output[] _outputs;

    internal ColumnConcatenatingTransformer(IHostEnvironment env, string outputColumnName, string[] inputColumnNames)
        : this(env, [new Output(outputColumnName, Array.ConvertAll(inputColumnNames, static name => new Source(name, null)))])
    {
    }

    private ColumnConcatenatingTransformer(IHostEnvironment env, Output[] outputs)
        : base(env.Register(nameof(ColumnConcatenatingTransformer)))
        => _outputs = outputs;

    private static VersionInfo Version => new(
        modelSignature: "CONCAT F",
        verWrittenCur: 0x00010003,
        verReadableCur: 0x00010003,
        verWeCanReadBack: 0x00010003,
        loaderSignature: LoaderSignature,
        loaderSignatureAlt: "ConcatFunction",
        loaderAssemblyName: typeof(ColumnConcatenatingTransformer).Assembly.FullName);

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(Version);
        ctx.Writer.Write(_outputs.Length);
        foreach (var output in _outputs)
        {
            ctx.SaveNonEmptyString(output.Name);
            ctx.Writer.Write(output.Sources.Length);
            foreach (var source in output.Sources)
            {
                ctx.SaveNonEmptyString(source.Name);
                ctx.SaveStringOrNull(source.Alias);
            }
        }
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private static ColumnConcatenatingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version);
        var outputs = new List<Output>();
        for (var count = Count(env, ctx); count > 0; count--)
        {
            var name = ctx.LoadNonEmptyString();
            var sources = new List<Source>();
            for (var left = Count(env, ctx); left > 0; left--)
            {
                var source = ctx.LoadNonEmptyString();
                sources.Add(new Source(source, ctx.LoadStringOrNull()));
            }
            outputs.Add(new Output(name, [.. sources]));
        }
        return new ColumnConcatenatingTransformer(env, [.. outputs]);
    }

    private static int Count(IHostEnvironment env, ModelLoadContext ctx)
    {
        var count = ctx.Reader.ReadInt32();
        env.CheckDecode(count > 0);
        return count;
    }

    /// <summary>An input column; the alias, if any, stands for its name in slot names.</summary>
    private sealed record Source(string Name, string Alias);

    private sealed record Output(string Name, Source[] Sources);

    private sealed class Mapper : MapperBase
    {
        private readonly ColumnConcatenatingTransformer _parent;
        private readonly DataViewSchema.Column[][] _sources;
        private readonly VectorDataViewType[] _types;

        public Mapper(ColumnConcatenatingTransformer parent, DataViewSchema schema)
            : base(parent.Host, schema)
        {
            _parent = parent;
            _sources = Array.ConvertAll(parent._outputs, output => Array.ConvertAll(output.Sources, Find));
            _types = Array.ConvertAll(_sources, OutputType);
        }

        public override Func<int, bool> GetDependencies(Func<int, bool> activeOutput)
        {
            var needed = _sources.Where((_, output) => activeOutput(output)).SelectMany(static sources => sources)
                .Select(static column => column.Index).ToHashSet();
            return needed.Contains;
        }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore()
            => [.. _parent._outputs.Select((output, index) => IsIdentity(index)
                ? new DataViewSchema.DetachedColumn(output.Name, _sources[index][0].Type, _sources[index][0].Annotations)
                : new DataViewSchema.DetachedColumn(output.Name, _types[index], Annotations(index)))];

        protected override Delegate MakeGetter(DataViewRow input, int output, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null;
            return IsIdentity(output)
                ? GenericDelegates.Getter(input, _sources[output][0])
                : (Delegate)GenericDelegates.InvokeStatic(
                    typeof(ConcatenatedValues), nameof(ConcatenatedValues.Getter), [_types[output].ItemType.RawType], input, _sources[output]);
        }

        private DataViewSchema.Column Find(Source source)
            => InputSchema.GetColumnOrNull(source.Name) ?? throw Host.ExceptSchemaMismatch("inputSchema", "input", source.Name);

        private VectorDataViewType OutputType(DataViewSchema.Column[] sources)
        {
            var itemType = (PrimitiveDataViewType)sources[0].Type.GetItemType();
            foreach (var source in sources.Where(source => !source.Type.GetItemType().Equals(itemType)))
            {
                throw Host.ExceptSchemaMismatch("inputSchema", "input", source.Name, itemType.ToString(), source.Type.ToString());
            }
            var sizes = Array.ConvertAll(sources, static source => source.Type.GetValueCount());
            return new VectorDataViewType(itemType, sizes.Contains(0) ? 0 : sizes.Sum());
        }

        private bool IsIdentity(int output) => _sources[output] is [{ Type: VectorDataViewType }];

        private DataViewSchema.Annotations Annotations(int output)
        {
            var builder = new DataViewSchema.Annotations.Builder();
            var sources = _sources[output];
            if (_types[output].ItemType is NumberDataViewType && sources.All(static source => source.IsNormalized()))
            {
                builder.AddPrimitiveValue(AnnotationUtils.Kinds.IsNormalized, BooleanDataViewType.Instance, true);
            }
            if (_types[output].IsKnownSize && sources.Any(static source => source.Type is not VectorDataViewType || source.HasSlotNames()))
            {
                builder.Add(
                    AnnotationUtils.Kinds.SlotNames,
                    AnnotationUtils.GetNamesType(_types[output].Size),
                    (ref VBuffer<ReadOnlyMemory<char>> names) =>
                    {
                        var editor = VBufferEditor.Create(ref names, _types[output].Size);
                        var slot = 0;
                        foreach (var name in sources.Zip(_parent._outputs[output].Sources).SelectMany(static pair => SlotNames(pair.First, pair.Second)))
                        {
                            editor.Values[slot++] = name;
                        }
                        names = editor.Commit();
                    });
            }
            return builder.ToAnnotations();
        }

        private static IEnumerable<ReadOnlyMemory<char>> SlotNames(DataViewSchema.Column column, Source source)
        {
            if (column.Type is not VectorDataViewType vector)
            {
                return [(source.Alias ?? column.Name).AsMemory()];
            }
            if (!column.HasSlotNames())
            {
                return new ReadOnlyMemory<char>[vector.Size];
            }
            var names = default(VBuffer<ReadOnlyMemory<char>>);
            column.GetSlotNames(ref names);
            var prefix = source.Alias == column.Name ? "" : $"{source.Alias ?? column.Name}.";
            return [.. names.DenseValues().Select(name => name.IsEmpty ? name : (prefix + name).AsMemory())];
        }
    }
}
