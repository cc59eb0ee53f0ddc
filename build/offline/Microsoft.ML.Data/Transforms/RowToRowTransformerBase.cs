using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

public abstract class RowToRowTransformerBase : ITransformer
{
    private protected readonly IHost Host;

    private protected RowToRowTransformerBase(IHost host) => Host = host;

    bool ITransformer.IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        return new AddedColumns(inputSchema, MakeRowMapper(inputSchema).GetOutputColumns()).Output;
    }

    public IDataView Transform(IDataView input)
    {
        Host.CheckValue(input, nameof(input));
        return new RowMapperDataView(input, MakeRowMapper(input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        return new RowMapperDataView(new EmptyDataView(inputSchema), MakeRowMapper(inputSchema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => SaveModel(ctx);

    private protected abstract void SaveModel(ModelSaveContext ctx);

    private protected abstract IRowMapper MakeRowMapper(DataViewSchema schema);

    private protected abstract class MapperBase : IRowMapper
    {
        private readonly Lazy<DataViewSchema.DetachedColumn[]> _outputColumns;

        protected MapperBase(IHost host, DataViewSchema inputSchema)
        {
            Host = host;
            InputSchema = inputSchema;
            _outputColumns = new Lazy<DataViewSchema.DetachedColumn[]>(GetOutputColumnsCore);
        }

        protected IHost Host { get; }

        protected DataViewSchema InputSchema { get; }

        public DataViewSchema.DetachedColumn[] GetOutputColumns() => _outputColumns.Value;

        public abstract Func<int, bool> GetDependencies(Func<int, bool> activeOutput);

        public Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action disposer)
        {
            var getters = new Delegate[GetOutputColumns().Length];
            Action disposers = null;
            for (var index = 0; index < getters.Length; index++)
            {
                if (activeOutput(index))
                {
                    getters[index] = MakeGetter(input, index, activeOutput, out var own);
                    disposers += own;
                }
            }
            disposer = disposers;
            return getters;
        }

        protected abstract DataViewSchema.DetachedColumn[] GetOutputColumnsCore();

        protected abstract Delegate MakeGetter(DataViewRow input, int output, Func<int, bool> activeOutput, out Action disposer);
    }
}
