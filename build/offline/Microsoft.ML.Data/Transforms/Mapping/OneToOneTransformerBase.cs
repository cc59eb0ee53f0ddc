using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Each output column is computed from one input column.</summary>
public abstract class OneToOneTransformerBase : RowToRowTransformerBase
{
    internal readonly (string outputColumnName, string inputColumnName)[] ColumnPairs;

    private protected OneToOneTransformerBase(IHost host, params (string outputColumnName, string inputColumnName)[] columns)
        : base(host)
    {
        host.CheckValue(columns, nameof(columns));
        var names = new HashSet<string>();
        foreach (var (outputColumnName, inputColumnName) in columns)
        {
            host.CheckNonEmpty(inputColumnName, nameof(columns));
            host.CheckNonEmpty(outputColumnName, nameof(columns));
            if (!names.Add(outputColumnName))
            {
                throw host.ExceptParam(nameof(columns), $"Name of the result column '{outputColumnName}' specified multiple times");
            }
        }
        ColumnPairs = columns;
    }

    private protected OneToOneTransformerBase(IHost host, ModelLoadContext ctx)
        : base(host)
    {
        var count = ctx.Reader.ReadInt32();
        Decoding.Check(count >= 0 && count <= ctx.Header.CbModel, $"A transformer cannot have {count} columns.");
        ColumnPairs = new (string, string)[count];
        for (var index = 0; index < count; index++)
        {
            ColumnPairs[index] = (ctx.LoadNonEmptyString(), ctx.LoadNonEmptyString());
        }
    }

    private protected void SaveColumns(ModelSaveContext ctx)
    {
        ctx.Writer.Write(ColumnPairs.Length);
        foreach (var (outputColumnName, inputColumnName) in ColumnPairs)
        {
            ctx.SaveNonEmptyString(outputColumnName);
            ctx.SaveNonEmptyString(inputColumnName);
        }
    }

    private protected virtual void CheckInputColumn(DataViewSchema inputSchema, int col, int srcCol)
    {
    }

    private protected abstract class OneToOneMapperBase : IRowMapper
    {
        protected readonly IHost Host;
        protected readonly DataViewSchema InputSchema;

        /// <summary>The index of the input column of each output column.</summary>
        protected readonly int[] Sources;

        protected OneToOneMapperBase(IHost host, OneToOneTransformerBase parent, DataViewSchema inputSchema)
        {
            Host = host;
            InputSchema = inputSchema;
            Sources = new int[parent.ColumnPairs.Length];
            for (var index = 0; index < Sources.Length; index++)
            {
                var name = parent.ColumnPairs[index].inputColumnName;
                Sources[index] = inputSchema.GetColumnOrNull(name)?.Index ?? throw host.ExceptSchemaMismatch(nameof(inputSchema), "input", name);
                parent.CheckInputColumn(inputSchema, index, Sources[index]);
            }
        }

        public abstract DataViewSchema.DetachedColumn[] GetOutputColumns();

        public Func<int, bool> GetDependencies(Func<int, bool> activeOutput)
        {
            var read = Sources.Where((_, index) => activeOutput(index)).ToHashSet();
            return read.Contains;
        }

        public Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action disposer)
        {
            var getters = new Delegate[Sources.Length];
            disposer = null;
            for (var index = 0; index < getters.Length; index++)
            {
                if (activeOutput(index))
                {
                    getters[index] = MakeGetter(input, index, out var getterDisposer);
                    disposer += getterDisposer;
                }
            }
            return getters;
        }

        protected abstract Delegate MakeGetter(DataViewRow input, int index, out Action disposer);
    }
}
