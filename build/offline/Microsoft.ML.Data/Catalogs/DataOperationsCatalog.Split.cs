using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

public sealed partial class DataOperationsCatalog
{
    public TrainTestData TrainTestSplit(IDataView data, double testFraction = 0.1, string samplingKeyColumnName = null, int? seed = null)
    {
        _environment.CheckValue(data, nameof(data));
        _environment.CheckParam(testFraction is > 0 and < 1, nameof(testFraction), "Must be between 0 and 1 exclusive");
        return RowSplit.TrainTest(_environment, data, testFraction, samplingKeyColumnName, seed);
    }

    public IReadOnlyList<TrainTestData> CrossValidationSplit(
        IDataView data, int numberOfFolds = 5, string samplingKeyColumnName = null, int? seed = null)
    {
        _environment.CheckValue(data, nameof(data));
        _environment.CheckParam(numberOfFolds > 1, nameof(numberOfFolds), "Must be more than 1");
        return [.. RowSplit.Folds(_environment, data, numberOfFolds, samplingKeyColumnName, seed)];
    }

    public struct TrainTestData
    {
        public readonly IDataView TrainSet;
        public readonly IDataView TestSet;

        internal TrainTestData(IDataView trainSet, IDataView testSet)
        {
            TrainSet = trainSet;
            TestSet = testSet;
        }
    }
}
