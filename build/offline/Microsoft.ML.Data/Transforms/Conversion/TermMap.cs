using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>The learned values of one column; a value's key is its place, from 1.</summary>
internal abstract class TermMap
{
    private const byte TextFormat = 0;
    private const byte CodecFormat = 1;

    protected TermMap(PrimitiveDataViewType itemType, int count)
    {
        ItemType = itemType;
        Count = count;
        OutputType = new KeyDataViewType(typeof(uint), Math.Max(count, 1));
    }

    public PrimitiveDataViewType ItemType { get; }

    public KeyDataViewType OutputType { get; }

    public int Count { get; }

    public static TermMap Load(ModelLoadContext ctx, bool alwaysText)
    {
        var format = alwaysText ? TextFormat : ctx.Reader.ReadByte();
        if (format == TextFormat)
        {
            return LoadText(ctx);
        }
        Decoding.Check(format == CodecFormat, $"The vocabulary has the unknown format {format}.");
        var codec = ValueCodecs.ReadDescriptionOrNull(ctx.Reader);
        Decoding.Check(codec?.Type is PrimitiveDataViewType, "The vocabulary has values of an unknown type.");
        return RawTypeCall.Invoke<TermMap>(typeof(TermMap), null, nameof(LoadCoded), codec.Type.RawType, ctx, codec);
    }

    public void Save(ModelSaveContext ctx)
    {
        ctx.Writer.Write(ItemType is TextDataViewType ? TextFormat : CodecFormat);
        SaveTerms(ctx);
    }

    public abstract void WriteText(TextWriter writer);

    public abstract Delegate MakeGetter(DataViewRow input, DataViewSchema.Column column);

    public abstract void AddKeyValues(DataViewSchema.Annotations.Builder annotations, DataViewSchema.Column column, bool asText);

    protected abstract void SaveTerms(ModelSaveContext ctx);

    private static TermMap<ReadOnlyMemory<char>> LoadText(ModelLoadContext ctx)
    {
        var count = ctx.Reader.ReadInt32();
        Decoding.Check(count >= 0 && count <= (ctx.Strings?.Length ?? 0), $"The vocabulary cannot have {count} terms.");
        var terms = new ReadOnlyMemory<char>[count];
        for (var index = 0; index < count; index++)
        {
            terms[index] = ctx.LoadNonEmptyString().AsMemory();
        }
        return FromFile(TextDataViewType.Instance, terms);
    }

    private static TermMap<T> LoadCoded<T>(ModelLoadContext ctx, ValueCodec codec)
    {
        var count = ctx.Reader.ReadInt32();
        Decoding.Check(count >= 0, $"The vocabulary cannot have {count} terms.");
        return FromFile((PrimitiveDataViewType)codec.Type, count == 0 ? [] : ((ValueCodec<T>)codec).Read(ctx.Reader, count));
    }

    private static TermMap<T> FromFile<T>(PrimitiveDataViewType itemType, T[] terms)
    {
        Decoding.Check(terms.Distinct(TermValues<T>.Equality).Count() == terms.Length, "The vocabulary has a term twice.");
        return new TermMap<T>(itemType, terms);
    }
}

internal sealed class TermMap<T> : TermMap
{
    private readonly T[] _terms;
    private readonly Dictionary<T, uint> _keys;

    public TermMap(PrimitiveDataViewType itemType, T[] terms)
        : base(itemType, terms.Length)
    {
        _terms = terms;
        _keys = new Dictionary<T, uint>(terms.Length, TermValues<T>.Equality);
        foreach (var term in terms)
        {
            _keys.Add(term, (uint)_keys.Count + 1);
        }
    }

    public override void WriteText(TextWriter writer)
    {
        writer.WriteLine(ItemType is TextDataViewType ? $"# Number of terms = {Count}" : $"# Number of terms of type '{ItemType}' = {Count}");
        for (var index = 0; index < _terms.Length; index++)
        {
            writer.WriteLine($"{index}\t{ValueText.Of(_terms[index])}");
        }
    }

    public override Delegate MakeGetter(DataViewRow input, DataViewSchema.Column column)
    {
        if (column.Type is VectorDataViewType vector)
        {
            return MakeVectorGetter(input.GetGetter<VBuffer<T>>(column), column.Name, vector.Size);
        }
        var getSource = input.GetGetter<T>(column);
        T source = default;
        return (ValueGetter<uint>)((ref uint destination) =>
        {
            getSource(ref source);
            destination = KeyOf(source);
        });
    }

    public override void AddKeyValues(DataViewSchema.Annotations.Builder annotations, DataViewSchema.Column column, bool asText)
    {
        if (Count == 0)
        {
            return;
        }
        // A key of keys: what the inner keys stand for is worth more than their numbers.
        if (ItemType is KeyDataViewType key
            && column.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues)?.Type is VectorDataViewType values
            && (ulong)values.Size == key.Count)
        {
            RawTypeCall.Invoke<object>(typeof(TermMap<T>), this, nameof(AddInnerKeyValues), values.ItemType.RawType, annotations, column, values.ItemType, asText);
            return;
        }
        AddKeyValues(annotations, ItemType, _terms, asText);
    }

    protected override void SaveTerms(ModelSaveContext ctx)
    {
        if (_terms is ReadOnlyMemory<char>[] texts)
        {
            ctx.Writer.Write(texts.Length);
            foreach (var text in texts)
            {
                ctx.SaveNonEmptyString(text);
            }
            return;
        }
        var codec = ValueCodecs.ForTypeOrNull(ItemType) as ValueCodec<T> ?? throw Contracts.Except($"We do not know how to serialize terms of type '{ItemType}'");
        codec.WriteDescription(ctx.Writer);
        ctx.Writer.Write(_terms.Length);
        codec.Write(ctx.Writer, _terms);
    }

    private object AddInnerKeyValues<TValue>(DataViewSchema.Annotations.Builder annotations, DataViewSchema.Column column, PrimitiveDataViewType valueType, bool asText)
    {
        VBuffer<TValue> inner = default;
        column.Annotations.GetValue(AnnotationUtils.Kinds.KeyValues, ref inner);
        var values = Array.ConvertAll(_terms, term => inner.GetItemOrDefault(checked((int)(Convert.ToUInt64(term) - 1))));
        AddKeyValues(annotations, valueType, values, asText);
        return null;
    }

    private static void AddKeyValues<TValue>(DataViewSchema.Annotations.Builder annotations, PrimitiveDataViewType type, TValue[] values, bool asText)
    {
        if (asText && type is not TextDataViewType)
        {
            AddKeyValues(annotations, TextDataViewType.Instance, Array.ConvertAll(values, static value => ValueText.Of(value).AsMemory()), asText: false);
            return;
        }
        annotations.Add<VBuffer<TValue>>(
            AnnotationUtils.Kinds.KeyValues,
            new VectorDataViewType(type, values.Length),
            (ref VBuffer<TValue> destination) => VBuffer<TValue>.Copy(values, 0, ref destination, values.Length));
    }

    private ValueGetter<VBuffer<uint>> MakeVectorGetter(ValueGetter<VBuffer<T>> getSource, string name, int size)
    {
        VBuffer<T> source = default;
        var keyOfDefault = KeyOf(default);
        return (ref VBuffer<uint> destination) =>
        {
            getSource(ref source);
            if (size > 0 && source.Length != size)
            {
                throw Contracts.Except($"Column '{name}': TermTransform expects {size} slots, but got {source.Length}");
            }
            // A slot that a sparse vector leaves out stays out only if its value has no key.
            var values = source.GetValues();
            var indices = source.GetIndices();
            var staysSparse = !source.IsDense && keyOfDefault == 0;
            var editor = VBufferEditor.Create(ref destination, source.Length, staysSparse ? values.Length : source.Length);
            if (staysSparse)
            {
                indices.CopyTo(editor.Indices);
            }
            else
            {
                editor.Values.Fill(keyOfDefault);
            }
            for (var index = 0; index < values.Length; index++)
            {
                editor.Values[source.IsDense || staysSparse ? index : indices[index]] = KeyOf(values[index]);
            }
            destination = editor.Commit();
        };
    }

    private uint KeyOf(T value) => _keys.GetValueOrDefault(value);
}
