using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Each output column is computed from one input column.</summary>
public abstract class OneToOneTransformerBase : RowToRowTransformerBase
{
    private protected readonly (string outputColumnName, string inputColumnName)[] ColumnPairs;

    private protected OneToOneTransformerBase(IHost host, params (string outputColumnName, string inputColumnName)[] columns)
        : base(host)
    {
        host.CheckValue(columns, nameof(columns));
        var outputs = new HashSet<string>();
        foreach (var (output, input) in columns)
        {
            host.CheckNonEmpty(input, nameof(columns));
            host.CheckNonEmpty(output, nameof(columns));
            host.CheckParam(outputs.Add(output), nameof(columns), $"Name of the result column '{output}' specified multiple times");
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
        foreach (var (output, input) in ColumnPairs)
        {
            ctx.SaveNonEmptyString(output);
            ctx.SaveNonEmptyString(input);
        }
    }

    private protected virtual void CheckInputColumn(DataViewSchema inputSchema, int col, int srcCol)
    {
    }

    private protected abstract class OneToOneMapperBase : MapperBase
    {
        protected OneToOneMapperBase(IHost host, OneToOneTransformerBase parent, DataViewSchema inputSchema)
            : base(host, inputSchema)
        {
            Sources = new int[parent.ColumnPairs.Length];
            for (var index = 0; index < Sources.Length; index++)
            {
                var name = parent.ColumnPairs[index].inputColumnName;
                Sources[index] = inputSchema.GetColumnOrNull(name)?.Index ?? throw host.ExceptSchemaMismatch(nameof(inputSchema), "input", name);
                parent.CheckInputColumn(inputSchema, index, Sources[index]);
            }
        }

        /// <summary>The index of the input column of each output.</summary>
        protected int[] Sources { get; }

        public override Func<int, bool> GetDependencies(Func<int, bool> activeOutput)
        {
            var active = new bool[InputSchema.Count];
            for (var index = 0; index < Sources.Length; index++)
            {
                active[Sources[index]] |= activeOutput(index);
            }
            return column => active[column];
        }
    }
}
