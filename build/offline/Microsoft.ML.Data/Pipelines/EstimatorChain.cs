using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

public sealed class EstimatorChain<TLastTransformer> : IEstimator<TransformerChain<TLastTransformer>>
    where TLastTransformer : class, ITransformer
{
    public readonly IEstimator<TLastTransformer> LastEstimator;

    private readonly EstimatorStep[] _steps;

    public EstimatorChain() => _steps = [];

    internal EstimatorChain(EstimatorStep[] steps)
    {
        _steps = steps;
        LastEstimator = (IEstimator<TLastTransformer>)steps[^1].Estimator;
    }

    public TransformerChain<TLastTransformer> Fit(IDataView input)
    {
        Contracts.CheckValue(input, nameof(input));
        // A pipeline that cannot fit this schema fails here, before any estimator has worked.
        GetOutputSchema(SchemaShape.Create(input.Schema));
        var transformers = new ITransformer[_steps.Length];
        for (var index = 0; index < _steps.Length; index++)
        {
            transformers[index] = _steps[index].Estimator.Fit(input);
            input = transformers[index].Transform(input);
            if (_steps[index].CacheAfter && index < _steps.Length - 1)
            {
                input = new CacheDataView(input);
            }
        }
        return new TransformerChain<TLastTransformer>(transformers, _steps.Select(static step => step.Scope));
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
        => _steps.Aggregate(inputSchema, static (schema, step) => step.Estimator.GetOutputSchema(schema));

    public EstimatorChain<TNewTrans> Append<TNewTrans>(IEstimator<TNewTrans> estimator, TransformerScope scope = TransformerScope.Everything)
        where TNewTrans : class, ITransformer
    {
        Contracts.CheckValue(estimator, nameof(estimator));
        return new EstimatorChain<TNewTrans>([.. _steps, new EstimatorStep(estimator, scope, CacheAfter: false)]);
    }

    public EstimatorChain<TLastTransformer> AppendCacheCheckpoint(IHostEnvironment env)
    {
        Contracts.CheckValue(env, nameof(env));
        Contracts.Check(_steps.Length > 0, "Current estimator chain has no estimator, can't append cache checkpoint.");
        return new EstimatorChain<TLastTransformer>([.. _steps[..^1], _steps[^1] with { CacheAfter = true }]);
    }
}
