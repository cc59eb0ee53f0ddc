namespace Microsoft.ML.Data;

internal sealed record EstimatorStep(IEstimator<ITransformer> Estimator, TransformerScope Scope, bool CacheAfter);
