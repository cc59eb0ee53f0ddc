using System.Collections;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

public sealed partial class TransformerChain<TLastTransformer> : ITransformer, IEnumerable<ITransformer>, IScopedTransformer, IDisposable
    where TLastTransformer : class, ITransformer
{
    public readonly TLastTransformer LastTransformer;

    private readonly ITransformer[] _transformers;
    private readonly TransformerScope[] _scopes;
    private bool _disposed;

    public TransformerChain(IEnumerable<ITransformer> transformers, IEnumerable<TransformerScope> scopes)
    {
        _transformers = [.. transformers ?? []];
        _scopes = [.. scopes ?? []];
        LastTransformer = _transformers.LastOrDefault() as TLastTransformer;
        Contracts.Check(_transformers.Length > 0 == LastTransformer is not null, $"The last transformer must be a {typeof(TLastTransformer)}.");
        Contracts.Check(_transformers.Length == _scopes.Length, "There must be one scope for each transformer.");
    }

    public TransformerChain(params ITransformer[] transformers)
        : this(transformers, Enumerable.Repeat(TransformerScope.Everything, transformers?.Length ?? 0))
    {
    }

    bool ITransformer.IsRowToRowMapper => _transformers.All(static transformer => transformer.IsRowToRowMapper);

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => GetOutputSchema(inputSchema, TransformerScope.Scoring);

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema, TransformerScope scope)
    {
        Contracts.CheckValue(inputSchema, nameof(inputSchema));
        return InScope(scope).Aggregate(inputSchema, static (schema, transformer) => transformer.GetOutputSchema(schema));
    }

    public IDataView Transform(IDataView input) => Transform(input, TransformerScope.Scoring);

    public IDataView Transform(IDataView input, TransformerScope scope)
    {
        Contracts.CheckValue(input, nameof(input));
        // A schema that does not fit is found before the first transformer does anything.
        GetOutputSchema(input.Schema, scope);
        return InScope(scope).Aggregate(input, static (data, transformer) => transformer.Transform(data));
    }

    public TransformerChain<ITransformer> GetModelFor(TransformerScope scopeFilter)
    {
        var kept = _transformers.Zip(_scopes).Where(pair => (pair.Second & scopeFilter) != TransformerScope.None).ToArray();
        return new TransformerChain<ITransformer>(kept.Select(static pair => pair.First), kept.Select(static pair => pair.Second));
    }

    public TransformerChain<TNewLast> Append<TNewLast>(TNewLast transformer, TransformerScope scope = TransformerScope.Everything)
        where TNewLast : class, ITransformer
    {
        Contracts.CheckValue(transformer, nameof(transformer));
        return new TransformerChain<TNewLast>(_transformers.Append(transformer), _scopes.Append(scope));
    }

    public IEnumerator<ITransformer> GetEnumerator() => ((IEnumerable<ITransformer>)_transformers).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        foreach (var transformer in _transformers)
        {
            (transformer as IDisposable)?.Dispose();
        }
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        Contracts.CheckValue(inputSchema, nameof(inputSchema));
        Contracts.Check(((ITransformer)this).IsRowToRowMapper, "Not every transformer of this chain maps row to row.");
        var mappers = new IRowToRowMapper[_transformers.Length];
        var schema = inputSchema;
        for (var index = 0; index < mappers.Length; index++)
        {
            mappers[index] = _transformers[index].GetRowToRowMapper(schema);
            schema = mappers[index].OutputSchema;
        }
        return new ChainedRowMapper(inputSchema, mappers);
    }

    private IEnumerable<ITransformer> InScope(TransformerScope scope)
        => _transformers.Where((_, index) => (_scopes[index] & scope) != TransformerScope.None);
}
