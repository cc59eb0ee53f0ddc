using System.Globalization;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>
/// Compares labels with scores. The prediction is the class with the highest score, the first of equal ones. Rows without a
/// label, with a label that is no class number, and with scores that are not finite do not count.
/// </summary>
internal sealed class MulticlassEvaluator
{
    // A probability of 0 would give an infinite loss.
    private const float SmallestProbability = 1e-15f;

    private readonly string[] _classNames;
    private readonly double[] _rowsOfClass;
    private readonly double[] _lossOfClass;
    private readonly double[] _rowsOfRank;
    private readonly double[][] _confusion;
    private double _rows;
    private double _loss;

    private MulticlassEvaluator(string[] classNames)
    {
        var count = classNames.Length;
        _classNames = classNames;
        _rowsOfClass = new double[count];
        _lossOfClass = new double[count];
        // The rank after the last one belongs to labels that the model does not know.
        _rowsOfRank = new double[count + 1];
        _confusion = [.. Enumerable.Range(0, count).Select(_ => new double[count])];
    }

    public static MulticlassClassificationMetrics Evaluate(
        IHostEnvironment env, IDataView data, string labelColumnName, string scoreColumnName, string predictedLabelColumnName, int topKPredictionCount)
    {
        var label = Find(env, data.Schema, "Label", labelColumnName);
        var score = Find(env, data.Schema, "Score", scoreColumnName);
        Find(env, data.Schema, "PredictedLabel", predictedLabelColumnName);
        if (score.Type is not VectorDataViewType { Size: >= 2 } scoreType || scoreType.ItemType != NumberDataViewType.Single)
        {
            throw env.ExceptSchemaMismatch(nameof(data), "score", score.Name, "vector of two or more items of type Single", score.Type.ToString());
        }
        if (label.Type != NumberDataViewType.Single && label.Type is not KeyDataViewType)
        {
            throw env.ExceptSchemaMismatch(nameof(data), "label", label.Name, "Single or Key", label.Type.ToString());
        }

        var evaluator = new MulticlassEvaluator(ClassNames(score, scoreType.Size));
        using (var cursor = data.GetRowCursor(new[] { label, score }.DistinctBy(static column => column.Index)))
        {
            var getLabel = LabelGetter(cursor, label);
            var getScores = cursor.GetGetter<VBuffer<float>>(score);
            var labelValue = 0f;
            VBuffer<float> scores = default;
            var denseScores = new float[scoreType.Size];
            while (cursor.MoveNext())
            {
                getLabel(ref labelValue);
                if (float.IsNaN(labelValue) || labelValue < 0 || labelValue != (int)labelValue)
                {
                    continue;
                }
                getScores(ref scores);
                env.Check(scores.Length == denseScores.Length, $"Column '{score.Name}': expected {denseScores.Length} scores, but got {scores.Length}.");
                scores.CopyTo(denseScores);
                if (Array.TrueForAll(denseScores, float.IsFinite))
                {
                    evaluator.Take((int)labelValue, denseScores);
                }
            }
        }
        return evaluator.Finish(topKPredictionCount);
    }

    private void Take(int label, float[] scores)
    {
        var known = label < scores.Length;
        var ofLabel = known ? scores[label] : 0;
        var loss = -Math.Log(known ? Math.Min(1, Math.Max(SmallestProbability, ofLabel)) : SmallestProbability);
        var rank = 0;
        var predicted = 0;
        for (var index = 0; index < scores.Length; index++)
        {
            if (scores[index] > ofLabel || (scores[index] == ofLabel && index < label))
            {
                rank++;
            }
            if (scores[index] > scores[predicted])
            {
                predicted = index;
            }
        }
        _rows++;
        _loss += loss;
        _rowsOfRank[rank]++;
        if (known)
        {
            _rowsOfClass[label]++;
            _lossOfClass[label] += loss;
            _confusion[label][rank == 0 ? label : predicted]++;
        }
    }

    private MulticlassClassificationMetrics Finish(int topKPredictionCount)
    {
        var classes = Enumerable.Range(0, _classNames.Length).ToArray();
        var logLoss = _rows > 0 ? _loss / _rows : 0;
        var priorLoss = -classes.Where(index => _rowsOfClass[index] > 0).Sum(index => _rowsOfClass[index] * Math.Log(_rowsOfClass[index] / _rows)) / _rows;
        var recalls = classes.Where(index => _rowsOfClass[index] > 0).Select(index => _confusion[index][index] / _rowsOfClass[index]).ToArray();
        return new MulticlassClassificationMetrics(
            accuracyMicro: _rows > 0 ? _rowsOfRank[0] / _rows : 0,
            accuracyMacro: recalls.Length > 0 ? recalls.Average() : 0,
            logLoss,
            logLossReduction: (priorLoss - logLoss) / priorLoss,
            topKPredictionCount,
            TopKAccuracies(topKPredictionCount),
            [.. classes.Select(index => _rowsOfClass[index] > 0 ? _lossOfClass[index] / _rowsOfClass[index] : 0)],
            new ConfusionMatrix(_confusion, _classNames));
    }

    private double[] TopKAccuracies(int topKPredictionCount)
    {
        var accuracies = new double[Math.Min(topKPredictionCount, _rowsOfRank.Length)];
        var sum = 0.0;
        for (var rank = 0; rank < accuracies.Length; rank++)
        {
            sum += _rowsOfRank[rank] / _rows;
            accuracies[rank] = sum;
        }
        return accuracies;
    }

    private static DataViewSchema.Column Find(IHostEnvironment env, DataViewSchema schema, string role, string name)
        => schema.GetColumnOrNull(name) ?? throw env.ExceptParam(nameof(schema), $"{role} column '{name}' not found");

    private static string[] ClassNames(DataViewSchema.Column score, int count)
    {
        if (!score.HasSlotNames(count))
        {
            return [.. Enumerable.Range(0, count).Select(static index => index.ToString(CultureInfo.InvariantCulture))];
        }
        VBuffer<ReadOnlyMemory<char>> names = default;
        score.Annotations.GetValue(AnnotationUtils.Kinds.SlotNames, ref names);
        return [.. names.DenseValues().Select(static name => name.ToString())];
    }

    /// <summary>Class numbers from 0; NaN for a missing label.</summary>
    private static ValueGetter<float> LabelGetter(DataViewRow row, DataViewSchema.Column label)
    {
        if (label.Type is not KeyDataViewType key)
        {
            return row.GetGetter<float>(label);
        }
        var getKey = KeyValues.Getter(row, label);
        var number = 0UL;
        return (ref float destination) =>
        {
            getKey(ref number);
            destination = number > 0 && number <= key.Count ? number - 1 : float.NaN;
        };
    }
}
