using Microsoft.ML.Data;
using Microsoft.ML.Loreal.Tests.PromptKD;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Loreal.Tests.Numbers;

/// <summary>Scores belong to the class whose name they carry, in whatever order the classes come.</summary>
[TestClass]
public sealed class LabelOrderTests
{
    private readonly MLContext _ml = new(1);

    public static IEnumerable<object[]> Methods =>
    [
        ["CoOp with attributes"], ["CoOp"], ["MMA"], ["MMRL"], ["independent prompts"], ["template"],
    ];

    [TestMethod]
    [DynamicData(nameof(Methods))]
    public void TrainingWithPermutedClassesGivesTheSameScoresByName(string method)
    {
        List<Dictionary<string, float>> expected = TrainAndScore(
            method, ValueToKeyMappingEstimator.KeyOrdinality.ByOccurrence, out string[] first, out string[] labels);
        List<Dictionary<string, float>> actual = TrainAndScore(
            method, ValueToKeyMappingEstimator.KeyOrdinality.ByValue, out string[] second, out string[] permuted);
        CollectionAssert.AreEqual(Pictures.ClassNames, first);
        CollectionAssert.AreEqual(Pictures.ClassNames.Order().ToArray(), second);
        for (int row = 0; row < expected.Count; row++)
        {
            foreach (string name in Pictures.ClassNames)
            {
                // Sums over the classes run in another order.
                Assert.AreEqual(expected[row][name], actual[row][name], 2e-3f, $"row {row}, {name}");
            }

            string best = expected[row].MaxBy(pair => pair.Value).Key;
            Assert.AreEqual(best, labels[row]);
            float[] ranked = [.. expected[row].Values.OrderDescending()];
            if (ranked[0] - ranked[1] > 0.01f)
            {
                Assert.AreEqual(best, permuted[row]);
            }
        }
    }

    [TestMethod]
    public void MetricsFollowTheNames()
    {
        // An image of each class scored by a model whose answer is known: the confusion matrix has each count where its names are.
        IDataView scored = Trained.Loreal.Transform(Trained.Prepared(_ml));
        ConfusionMatrix matrix = _ml.MulticlassClassification.Evaluate(scored).ConfusionMatrix;
        string[] predicted =
        [
            .. _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored).Transform(scored).GetColumn<string>("PredictedLabel"),
        ];
        for (int actual = 0; actual < 3; actual++)
        {
            for (int guess = 0; guess < 3; guess++)
            {
                int expected = Trained.Photos.Zip(predicted).Count(
                    pair => pair.First.Label == Pictures.ClassNames[actual] && pair.Second == Pictures.ClassNames[guess]);
                Assert.AreEqual(expected, matrix.Counts[actual][guess]);
            }
        }
    }

    [TestMethod]
    public void AStudentFollowsTheNamesOfItsTeacher()
    {
        IDataView data = Taught.Unlabeled(_ml);
        string[] names = [.. Taught.Student.ClassNames];
        using PromptKDTransformer permuted = Taught.Student.WithClasses([.. names.Reverse()]);
        List<float[]> expected = Rows.Scores(Taught.Student.Transform(data));
        List<float[]> actual = Rows.Scores(permuted.Transform(data));
        for (int row = 0; row < expected.Count; row++)
        {
            for (int i = 0; i < names.Length; i++)
            {
                Assert.AreEqual(expected[row][i], actual[row][^(i + 1)], 1e-5f);
            }
        }
    }

    private List<Dictionary<string, float>> TrainAndScore(
        string method, ValueToKeyMappingEstimator.KeyOrdinality order, out string[] classNames, out string[] predicted)
    {
        LorealTrainer.Options options = Trained.Options();
        options.Attributes = method == "CoOp with attributes" ? options.Attributes : null;
        options.Method = method switch
        {
            "MMA" => PromptMethod.Mma(0, 2, 4, 0.1f),
            "MMRL" => PromptMethod.Mmrl(1, 2, 3, 8),
            "independent prompts" => PromptMethod.IndependentPrompts(2, 2, 2, 2),
            "template" => PromptMethod.Template(),
            _ => options.Method,
        };
        IDataView data = Trained.Data(_ml);
        ITransformer model = _ml.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: order)
            .Append(_ml.Transforms.CopyColumns("Image", "ImagePath"))
            .Append(_ml.MulticlassClassification.Trainers.Loreal(options))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(data);
        using var disposable = (IDisposable)model;
        IDataView scored = model.Transform(data);
        VBuffer<ReadOnlyMemory<char>> slots = default;
        scored.Schema["Score"].GetSlotNames(ref slots);
        string[] names = [.. slots.DenseValues().Select(name => name.ToString())];
        classNames = names;
        predicted = [.. scored.GetColumn<string>("PredictedLabel")];
        return [.. Rows.Scores(scored).Select(scores => names.Zip(scores).ToDictionary(pair => pair.First, pair => pair.Second))];
    }
}
