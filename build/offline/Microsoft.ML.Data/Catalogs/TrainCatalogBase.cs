using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

public abstract class TrainCatalogBase : IInternalCatalog
{
    private protected TrainCatalogBase(IHostEnvironment env) => Environment = env;

    IHostEnvironment IInternalCatalog.Environment => Environment;

    private protected IHostEnvironment Environment { get; }

    /// <summary>Fits a model without each fold and scores that fold with it, lazily fold by fold.</summary>
    private protected IEnumerable<(ITransformer Model, IDataView Scores, int Fold)> CrossValidateTrain(
        IDataView data, IEstimator<ITransformer> estimator, int folds, string samplingKeyColumnName, int? seed)
    {
        Environment.CheckValue(data, nameof(data));
        Environment.CheckValue(estimator, nameof(estimator));
        Environment.CheckParam(folds > 1, nameof(folds), "Must be more than 1");
        return RowSplit.Folds(Environment, data, folds, samplingKeyColumnName, seed).Select((split, fold) =>
        {
            var model = estimator.Fit(split.TrainSet);
            var scores = model is IScopedTransformer chain
                ? chain.Transform(split.TestSet, TransformerScope.Everything)
                : model.Transform(split.TestSet);
            return (model, scores, fold);
        });
    }

    public sealed class CrossValidationResult<T>
        where T : class
    {
        public readonly T Metrics;
        public readonly ITransformer Model;
        public readonly IDataView ScoredHoldOutSet;
        public readonly int Fold;

        internal CrossValidationResult(ITransformer model, T metrics, IDataView scores, int fold)
        {
            Model = model;
            Metrics = metrics;
            ScoredHoldOutSet = scores;
            Fold = fold;
        }
    }

    public abstract class CatalogInstantiatorBase : IInternalCatalog
    {
        private protected CatalogInstantiatorBase(TrainCatalogBase catalog) => Owner = catalog;

        IHostEnvironment IInternalCatalog.Environment => Owner.Environment;

        internal TrainCatalogBase Owner { get; }
    }
}
