using System.Runtime.InteropServices;
using global::Onnx;
using Google.Protobuf;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Microsoft.ML.Loreal.Tests.Onnx;

/// <summary>What an export in 8-bit whole numbers has to compute, made of the export in single precision.</summary>
internal static class RoundedGraph
{
    /// <summary>The layers of a block that are computed in whole numbers.</summary>
    public static readonly string[] Layers = ["attn.q", "attn.k", "attn.v", "attn.out_proj", "mlp.c_fc", "mlp.c_proj"];

    /// <summary>
    /// Rounds the factors of the towers' products in a graph in single precision, by operators that the export does not use.
    /// </summary>
    public static void Round(ModelProto model)
    {
        GraphProto graph = model.Graph;
        graph.Initializer.Add(new TensorProto
        {
            Name = "levels",
            DataType = (int)DataType.Float,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>([127])),
        });
        NodeProto[] products =
        [
            .. graph.Node.Where(node => node.OpType == "MatMul"
                && Layers.Any(layer => node.Input[1].Contains($"{layer}.weight", StringComparison.Ordinal))),
        ];
        Assert.IsNotEmpty(products);
        foreach (string name in products.Select(product => product.Input[1]).Distinct())
        {
            TensorProto weight = Calibration.Initializer(model, name);
            int columns = (int)weight.Dims[1];
            float[] values = Calibration.Floats(model, name);
            for (int c = 0; c < columns; c++)
            {
                int[] column = [.. Enumerable.Range(0, values.Length / columns).Select(k => (k * columns) + c)];
                double step = column.Max(i => Math.Abs(values[i])) / 64.0;
                foreach (int i in column)
                {
                    values[i] = (float)(Math.Round(values[i] / step) * step);
                }
            }

            weight.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values));
        }

        foreach ((int i, NodeProto product) in products.Index())
        {
            string x = product.Input[0];
            int at = graph.Node.IndexOf(product);
            product.Input[0] = $"rounded.{i}";
            NodeProto[] rounding =
            [
                Node("Abs", $"abs.{i}", x),
                Node("ReduceMax", $"largest.{i}", $"abs.{i}"),
                Node("Div", $"step.{i}", $"largest.{i}", "levels"),
                Node("Div", $"divided.{i}", x, $"step.{i}"),
                Node("Round", $"whole.{i}", $"divided.{i}"),
                Node("Mul", $"rounded.{i}", $"whole.{i}", $"step.{i}"),
            ];
            rounding[1].Attribute.Add(OnnxGraph.Attribute("axes", [-1]));
            foreach (NodeProto node in rounding.Reverse())
            {
                graph.Node.Insert(at, node);
            }
        }
    }

    private static NodeProto Node(string kind, string output, params string[] inputs) =>
        new() { OpType = kind, Name = output, Input = { inputs }, Output = { output } };
}
