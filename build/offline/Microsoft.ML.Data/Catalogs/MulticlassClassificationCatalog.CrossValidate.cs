using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

public sealed partial class MulticlassClassificationCatalog
{
    public IReadOnlyList<CrossValidationResult<MulticlassClassificationMetrics>> CrossValidate(
        IDataView data,
        IEstimator<ITransformer> estimator,
        int numberOfFolds = 5,
        string labelColumnName = "Label",
        string samplingKeyColumnName = null,
        int? seed = null)
    {
        Environment.CheckNonEmpty(labelColumnName, nameof(labelColumnName));
        return [.. CrossValidateTrain(data, estimator, numberOfFolds, samplingKeyColumnName, seed)
            .Select(trained => new CrossValidationResult<MulticlassClassificationMetrics>(
                trained.Model, Evaluate(trained.Scores, labelColumnName), trained.Scores, trained.Fold))];
    }
}
