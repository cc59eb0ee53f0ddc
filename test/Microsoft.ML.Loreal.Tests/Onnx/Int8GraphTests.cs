using System.Runtime.InteropServices;
using global::Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using DataType = Onnx.TensorProto.Types.DataType;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>Products in 8-bit whole numbers, and which weights of a file are.</summary>
[TestClass]
public sealed class Int8GraphTests
{
    // Of every kind: usual numbers, one that is far larger than the others, tiny ones, zeros, the largest on the negative side.
    private static readonly Func<Random, int, float>[] _tokens =
    [
        (random, _) => (random.NextSingle() * 2) - 1,
        (random, k) => k == 5 ? 300 : random.NextSingle(),
        (random, _) => random.NextSingle() * 1e-9f,
        (_, _) => 0,
        (random, k) => k == 0 ? -7 : random.NextSingle() * 6,
        (_, k) => k % 2 == 0 ? 4 : -4,
    ];

    [TestMethod]
    [DataRow(1)]
    [DataRow(37)]
    [DataRow(512)]
    public void AProductIsThatOfTheRoundedNumbers(int width)
    {
        const int Columns = 19;
        var random = new Random(width);
        float[,] weights = Weights(random, width, Columns);
        float[][] tokens = [.. _tokens.Select(token => Enumerable.Range(0, width).Select(k => token(random, k)).ToArray())];

        float[] actual = Run(weights, tokens);

        for (int t = 0; t < tokens.Length; t++)
        {
            for (int c = 0; c < Columns; c++)
            {
                (double rounded, double exact, double bound) = Plain(weights, tokens[t], c);
                double found = actual[(t * Columns) + c];
                Assert.AreEqual(rounded, found, 1e-6 * Math.Abs(rounded), $"token {t}, column {c}");
                // Half a step of either factor at each number.
                Assert.IsLessThanOrEqualTo(bound, Math.Abs(exact - found), $"token {t}, column {c}");
            }
        }
    }

    [TestMethod]
    public void ATokensProductIsTheSameAmongOthers()
    {
        var random = new Random(1);
        float[,] weights = Weights(random, 48, 7);
        float[][] tokens = [.. _tokens.Select(token => Enumerable.Range(0, 48).Select(k => token(random, k)).ToArray())];

        float[] together = Run(weights, tokens);

        float[] apart = [.. tokens.SelectMany(token => Run(weights, token))];
        CollectionAssert.AreEqual(apart, together);
    }

    [TestMethod]
    [DataRow("MaPLe")]
    [DataRow("MMA")]
    [DataRow("MMRL")]
    [DataRow("PromptKD")]
    public void TheLayersOfTheTowersAreWholeNumbersAndNothingElseIs(string method)
    {
        using LorealTransformer? fitted = method == "PromptKD" ? null : ExportedScoreTests.Fit(Trained.Backbone, method, true, 2);
        ClipClassifierTransformer transformer = (ClipClassifierTransformer?)fitted ?? PromptKD.Taught.Student;
        ModelProto exact = Calibration.Model(transformer, new OnnxExportOptions());
        ModelProto model = Calibration.Model(transformer, Calibration.Options(OnnxQuantization.Int8, OnnxTextSide.Exact));

        string[] towers = method == "PromptKD" ? ["visual"] : ["visual", "text"];
        string[] expected =
        [
            .. towers.SelectMany(tower => Enumerable.Range(0, 2).SelectMany(
                block => RoundedGraph.Layers.Select(layer => $"{tower}.blocks.{block}.{layer}.weight"))).Order(StringComparer.Ordinal),
        ];
        TensorProto[] whole = [.. model.Graph.Initializer.Where(tensor => tensor.DataType == (int)DataType.Int8)];
        CollectionAssert.AreEqual(expected, whole.Select(tensor => tensor.Name).Order(StringComparer.Ordinal).ToArray());
        Assert.AreEqual(
            expected.Sum(name => Calibration.Initializer(exact, name).RawData.Length), 4 * whole.Sum(tensor => tensor.RawData.Length));
        foreach (TensorProto tensor in exact.Graph.Initializer.Where(tensor => tensor.DataType == (int)DataType.Float))
        {
            if (!tensor.Name.StartsWith("numbers.", StringComparison.Ordinal) && !expected.Contains(tensor.Name))
            {
                Assert.AreEqual(tensor, Calibration.Initializer(model, tensor.Name));
            }
        }

        string[] small = [.. model.Graph.Initializer.Select(tensor => tensor.Name)
            .Where(name => name.Contains("adapter", StringComparison.Ordinal) || name.Contains("proj", StringComparison.Ordinal)
                || name.Contains("metanets", StringComparison.Ordinal)).Except(expected)];
        Assert.IsNotEmpty(small);
        if (method == "MMA")
        {
            Assert.Contains("visual.blocks.1.adapter.down.weight", small);
        }

        foreach (string name in expected)
        {
            AssertRounded(Calibration.Initializer(exact, name), model, name);
        }
    }

    [TestMethod]
    public void AFileSaysSoAndIsOpenedAsAnyOther()
    {
        using var folder = new TemporaryFolder();
        OnnxExportOptions options = Calibration.Options(OnnxQuantization.Int8, OnnxTextSide.Exact);
        Trained.Loreal.SaveAsOnnx(folder["float.onnx"]);
        Trained.Loreal.SaveAsOnnx(folder["int8.onnx"], options);
        options.ExternalWeights = true;
        Trained.Loreal.SaveAsOnnx(folder["two.onnx"], options);

        using var run = new OnnxRun(folder["int8.onnx"]);
        Assert.AreEqual("int8", run.Metadata.CustomMetadataMap["loreal.weights"]);
        Assert.IsLessThan(new FileInfo(folder["float.onnx"]).Length, new FileInfo(folder["int8.onnx"]).Length);
        using var classifier = LorealClassifier.Load(folder["int8.onnx"]);
        using var two = LorealClassifier.Load(folder["two.onnx"]);
        foreach (Photo photo in Trained.Photos)
        {
            CollectionAssert.AreEqual(
                classifier.Predict(photo.ImagePath).Scores.ToArray(), two.Predict(photo.ImagePath).Scores.ToArray());
        }
    }

    [TestMethod]
    public void WhatStaysFloatIsStoredIn16BitsWhereThatIsAskedFor()
    {
        OnnxExportOptions options = Calibration.Options(OnnxQuantization.Int8, OnnxTextSide.Exact);
        ModelProto plain = Calibration.Model(Trained.Loreal, options);
        options.Float16Weights = true;
        ModelProto half = Calibration.Model(Trained.Loreal, options);

        Assert.AreEqual((int)DataType.Float16, Calibration.Initializer(half, "visual.conv1.weight").DataType);
        Assert.AreEqual((int)DataType.Float16, Calibration.Initializer(half, "visual.proj").DataType);
        foreach (TensorProto tensor in plain.Graph.Initializer.Where(tensor => tensor.DataType == (int)DataType.Int8))
        {
            Assert.AreEqual(tensor, Calibration.Initializer(half, tensor.Name));
        }
    }

    /// <summary>A weight is within half a step, and the largest of a column is at the last one.</summary>
    private static void AssertRounded(TensorProto exact, ModelProto model, string name)
    {
        TensorProto levels = Calibration.Initializer(model, name);
        CollectionAssert.AreEqual(exact.Dims.ToArray(), levels.Dims.ToArray());
        ReadOnlySpan<float> floats = MemoryMarshal.Cast<byte, float>(exact.RawData.Span);
        ReadOnlySpan<sbyte> whole = MemoryMarshal.Cast<byte, sbyte>(levels.RawData.Span);
        float[] scales = Calibration.Floats(model, name.Replace(".weight", ".scale", StringComparison.Ordinal));
        int columns = (int)exact.Dims[1];
        Assert.HasCount(columns, scales);
        for (int c = 0; c < columns; c++)
        {
            int largest = 0;
            for (int i = c; i < floats.Length; i += columns)
            {
                largest = Math.Max(largest, Math.Abs((int)whole[i]));
                Assert.AreEqual(floats[i], whole[i] * scales[c], 0.5001f * scales[c], name);
            }

            Assert.AreEqual(64, largest, name);
        }
    }

    /// <summary>Columns of different sizes, one of zeros and one with a single number.</summary>
    private static float[,] Weights(Random random, int width, int columns)
    {
        float[,] weights = new float[width, columns];
        for (int k = 0; k < width; k++)
        {
            for (int c = 0; c < columns; c++)
            {
                weights[k, c] = c == 0 || (c == 1 && k > 0) ? 0 : ((random.NextSingle() * 2) - 1) * MathF.Pow(3, c - 9);
            }
        }

        return weights;
    }

    /// <summary>A token's product with a column: of the rounded numbers, of the numbers, and how far these may be apart.</summary>
    private static (double Rounded, double Exact, double Bound) Plain(float[,] weights, float[] token, int column)
    {
        int width = token.Length;
        double step = Math.Max(Enumerable.Range(0, width).Max(k => Math.Abs(weights[k, column])), 1e-12) / 64;
        float inputStep = Math.Max(token.Max(MathF.Abs), 1e-12f) * (1f / 127);
        float perStep = 1 / inputStep;
        (long sum, double exact, double bound) = (0, 0, 0);
        for (int k = 0; k < width; k++)
        {
            // The order and precision of the graph, as a last bit decides where a number lies between two levels.
            int level = (int)MathF.Round(token[k] * perStep);
            int weight = (int)MathF.Round(weights[k, column] / (float)step);
            sum += level * weight;
            exact += (double)token[k] * weights[k, column];
            bound += (Math.Abs(token[k]) * step / 2) + (Math.Abs(weights[k, column]) * inputStep / 2) + (step * inputStep / 4);
        }

        return (sum * step * inputStep, exact, bound * 1.001);
    }

    /// <summary>Tokens [1, T, in] -> [1, T, out] by ONNX Runtime.</summary>
    private static float[] Run(float[,] weights, params float[][] tokens)
    {
        using DisposeScope scope = NewDisposeScope();
        (int width, int columns) = (weights.GetLength(0), weights.GetLength(1));
        var graph = new OnnxGraph(new OnnxExportOptions { Quantization = OnnxQuantization.Int8 });
        string x = graph.Input("x", DataType.Float, tokens.Length, width);
        Tensor weight = tensor(weights, float32, CPU).transpose(0, 1); // [out, in]
        LayerWeights layer = graph.Int8!.Layer("layer", weight, zeros([columns], float32, CPU));
        string product = BlockGraph.Linear(graph, x, layer);
        var type = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float };
        graph.Proto.Output.Add(new ValueInfoProto { Name = product, Type = new TypeProto { TensorType = type } });
        using var session = new InferenceSession(OnnxFile.Model(graph, TinyOnnx.Description).ToByteArray());
        var input = new DenseTensor<float>(tokens.SelectMany(token => token).ToArray(), [1, tokens.Length, width]);
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = session.Run([NamedOnnxValue.CreateFromTensor("x", input)]);
        return [.. results[0].AsEnumerable<float>()];
    }
}
