using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>How far the scores of exported files are from libtorch's: every method, alone and with attributes.</summary>
internal static class OnnxAgreement
{
    private const float Bar = 1e-4f;

    private static readonly (string Name, PromptMethod Method)[] _methods =
    [
        ("Template", PromptMethod.Template("{}")),
        ("CoOp", PromptMethod.CoOp(4)),
        ("MaPLe", PromptMethod.MaPLe()),
        ("MMA", PromptMethod.Mma()),
        ("MMRL", PromptMethod.Mmrl()),
        ("IndependentPrompts", PromptMethod.IndependentPrompts(4, 4, 2, 2)),
    ];

    /// <summary>The numbers of classes and of images that are compared unless others are named.</summary>
    public static (int[] Classes, int[] Images) Usual { get; } = ([2, 10, 100, 1000], [1, 8, 33]);

    public static void Run(BenchmarkModel size, int[] classes, int[] images)
    {
        using var folder = new TemporaryFolder();
        ClipBackbone backbone = size.Backbone(folder["backbone"]);
        List<JpegFolder.Photo> photos = JpegFolder.Write(Directory.CreateDirectory(folder["pictures"]).FullName, 2, 2);
        Comparison.Line("");
        Comparison.Line($"{size.Name}, {size.LowResolution} px: the largest difference of a probability, ONNX Runtime to libtorch");
        Comparison.Line(Machine.Description);
        Comparison.Line("");
        string[] columns = [.. classes.SelectMany(c => images.Select(n => $"C={c}, N={n}"))];
        Comparison.Line($"| method | {string.Join(" | ", columns)} | largest |");
        Comparison.Line($"| --- |{string.Concat(columns.Select(_ => " ---: |"))} ---: |");
        float largest = 0;
        foreach ((string name, PromptMethod method) in _methods)
        {
            IReadOnlyList<string>?[] ways = name == "Template" ? [null] : [null, size.Attributes];
            foreach (IReadOnlyList<string>? attributes in ways)
            {
                using LorealTransformer trained = OnnxBenchmark.Fit(backbone, size, photos, 2, method, attributes);
                float[] row = [.. classes.SelectMany(count => Differences(trained, count, images, folder["model.onnx"]))];
                string cells = string.Join(" | ", row.Append(row.Max()).Select(Text));
                Comparison.Line($"| {name}{(attributes is null ? "" : " + LOREAL")} | {cells} |");
                largest = Math.Max(largest, row.Max());
            }
        }

        Comparison.Line("");
        Comparison.Line($"Largest of all: {Text(largest)}; the bar is {Text(Bar)}: {(largest <= Bar ? "held" : "MISSED")}");
    }

    /// <summary>For each number of images.</summary>
    private static List<float> Differences(LorealTransformer trained, int classes, int[] images, string path)
    {
        using LorealTransformer model = trained.WithClasses([.. Enumerable.Range(0, classes).Select(Name)]);
        model.SaveAsOnnx(path);
        using InferenceSession session = OnnxBenchmark.Session(path);
        var differences = new List<float>();
        foreach (int count in images)
        {
            (IScorerInput input, DenseTensor<byte> pixels) = OnnxBenchmark.Pictures(model, count);
            float[] expected = new float[count * classes];
            using (input)
            {
                input.Score(count, expected);
            }

            using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results =
                session.Run([NamedOnnxValue.CreateFromTensor("pixels", pixels)], ["scores"]);
            differences.Add(expected.Zip(results[0].AsEnumerable<float>()).Max(pair => Math.Abs(pair.First - pair.Second)));
        }

        return differences;
    }

    /// <summary>Three letters.</summary>
    private static string Name(int index) => $"{Letter(index / 676)}{Letter(index / 26 % 26)}{Letter(index % 26)}";

    private static char Letter(int index) => (char)('a' + index);

    private static string Text(float value) => value.ToString("0.0e+0", CultureInfo.InvariantCulture);
}
