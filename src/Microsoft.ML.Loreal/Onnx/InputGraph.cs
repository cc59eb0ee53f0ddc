using Microsoft.ML.Loreal.Images;
using static Microsoft.ML.Loreal.Onnx.OnnxGraph;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Microsoft.ML.Loreal.Onnx;

/// <summary>
/// The input in a graph, and from a whole picture to pixels what <see cref="ImageProcessor.EvaluatePixels"/> computes, bit for bit:
/// Pillow's weights, made in double precision and multiplied as integers.
/// </summary>
/// <param name="graph">The graph, empty.</param>
/// <param name="settings">What decides the pixels.</param>
/// <param name="resolution">phi.</param>
internal sealed class InputGraph(OnnxGraph graph, ImageProcessorSettings settings, int resolution)
{
    /// <summary>Adds the input: -> 8-bit pixels [N, phi, phi, 3].</summary>
    public string Pixels() => graph.Options.Input == OnnxInput.Image
        ? Evaluated(graph.Image(OnnxModelDescription.Image))
        : graph.Input(OnnxModelDescription.Pixels, DataType.Uint8, resolution, resolution, 3);

    /// <summary>A picture [1, H, W, 3] -> [1, phi, phi, 3].</summary>
    private string Evaluated(string image)
    {
        string shape = graph.Add("Shape", [image], Attribute("start", 1L), Attribute("end", 3L)); // [2]: H, W
        string[] lengths = graph.Split(Cast(shape, DataType.Double), 0, 1, 1);                    // [1] each
        string[] resized = graph.Split(ResizedSize(shape), 0, 1, 1);                              // [1] each
        (string rows, string rowsInside) = Axis(lengths[0], resized[0]);                          // [phi, H], [phi, 1]
        (string columns, string columnsInside) = Axis(lengths[1], resized[1]);                    // [phi, W], [phi, 1]
        string narrow = Pass(graph.Transpose(image, 0, 3, 1, 2), columns);                       // [1, 3, H, W] -> [1, 3, H, phi]
        string square = Pass(graph.Transpose(narrow, 0, 1, 3, 2), rows);                         // [1, 3, phi, H] -> [1, 3, phi, phi]
        string inside = Of("And", rowsInside, graph.Transpose(columnsInside, 1, 0));             // [phi, phi]
        (byte red, byte green, byte blue) = settings.FillColor;
        string color = Cast(graph.Integers(red, green, blue), DataType.Uint8);                   // [3]
        return Of("Where", graph.Reshape(inside, 1, resolution, resolution, 1), graph.Transpose(square, 0, 3, 2, 1), color);
    }

    /// <summary>Height and width of the resized picture, of which the square is cut out or which is put into it: [2] -> [2].</summary>
    private string ResizedSize(string shape)
    {
        int side = new ImageProcessor(settings).ResizedSide(resolution);
        switch (settings.ResizeMode)
        {
            case ResizeMode.Squash:
                return Cast(graph.Integers(side, side), DataType.Double);
            case ResizeMode.Longest:
                string lengths = Cast(shape, DataType.Double);
                string ratio = graph.Add("ReduceMax", [Of("Div", lengths, graph.Double(side))], Attribute("keepdims", 1L));
                return Of("Max", graph.Double(1), Of("Round", Of("Div", lengths, ratio)));
            default:
                string shorter = graph.Add("ReduceMin", [shape], Attribute("keepdims", 1L));
                return Cast(Of("Div", Of("Mul", shape, graph.Integers(side)), shorter), DataType.Double);
        }
    }

    /// <summary>
    /// For an axis of n pixels, resized to m: the weights of the phi that are in the square, [phi, n], and whether these are in the
    /// picture, [phi, 1]. What <see cref="ResampleWeights"/> computes, for all outputs at once.
    /// </summary>
    private (string Weights, string Inside) Axis(string length, string resized)
    {
        string scale = Of("Div", length, resized);
        string shrink = Of("Max", scale, graph.Double(1));
        string support = Of("Mul", shrink, graph.Double(ResampleWeights.Radius(settings.Filter)));
        string half = Of("Mul", Of("Sub", resized, graph.Double(resolution)), graph.Double(0.5));
        string offset = Of("Where", Of("Less", half, graph.Double(0)), Of("Ceil", half), Of("Round", half));
        string outputs = graph.Reshape(Range(graph.Double(resolution)), -1, 1);                  // [phi, 1]
        string positions = Of("Add", outputs, offset);                                           // [phi, 1]
        string inside = Of("And", Of("GreaterOrEqual", positions, graph.Double(0)), Of("Less", positions, resized));
        // What lies beside the picture is filled later; until then it has the border's weights.
        string kept = Of("Max", graph.Double(0), Of("Min", positions, Of("Sub", resized, graph.Double(1))));
        string center = Of("Mul", Of("Add", kept, graph.Double(0.5)), scale);                    // [phi, 1]
        string start = Of("Floor", Of("Add", Of("Sub", center, support), graph.Double(0.5)));    // [phi, 1]
        string end = Of("Floor", Of("Add", Of("Add", center, support), graph.Double(0.5)));      // [phi, 1]
        string sources = Range(graph.Reshape(length));                                           // [n]
        string taken = Of("And", Of("GreaterOrEqual", sources, start), Of("Less", sources, end));
        string distances = Of("Add", Of("Sub", sources, center), graph.Double(0.5));
        string kernel = Kernel(Of("Mul", distances, Of("Div", graph.Double(1), shrink)));
        string weights = Of("Where", taken, kernel, graph.Double(0));                            // [phi, n]
        weights = Of("Div", weights, graph.Add("ReduceSum", [weights, graph.Integers(-1)], Attribute("keepdims", 1L)));
        return (Of("Round", Of("Mul", weights, graph.Double(1 << ResampledAxis.PrecisionBits))), inside);
    }

    /// <summary>
    /// Levels [1, 3, A, n] times weights [phi, n], rounded and clipped to levels again: [1, 3, A, phi]. A weight is a number of three
    /// bytes, of which the first has a sign; the sums of each byte's products are exact.
    /// </summary>
    private string Pass(string levels, string weights)
    {
        string rest = Of("Add", graph.Transpose(weights, 1, 0), graph.Double(1 << 23)); // [n, phi]
        string sum = graph.Double(1 << (ResampledAxis.PrecisionBits - 1));              // half a level
        (string signed, string unsigned) = (Cast(graph.Double(1 << 7), DataType.Uint8), Cast(graph.Double(0), DataType.Uint8));
        foreach (int place in new[] { 1 << 16, 1 << 8, 1 })
        {
            string digit = Of("Floor", Of("Div", rest, graph.Double(place)));
            rest = Of("Sub", rest, Of("Mul", digit, graph.Double(place)));
            string zero = place == 1 << 16 ? signed : unsigned;
            string products = Of("MatMulInteger", levels, Cast(digit, DataType.Uint8), "", zero); // [1, 3, A, phi]
            sum = Of("Add", sum, Of("Mul", Cast(products, DataType.Double), graph.Double(place)));
        }

        string rounded = Of("Floor", Of("Div", sum, graph.Double(1 << ResampledAxis.PrecisionBits)));
        string clipped = Of("Min", Of("Max", rounded, graph.Double(0)), graph.Double(byte.MaxValue));
        return Cast(clipped, DataType.Uint8);
    }

    private string Kernel(string x)
    {
        string size = Of("Abs", x);
        switch (settings.Filter)
        {
            case ResampleFilter.Box:
                string covered = Of("And", Of("Greater", x, graph.Double(-0.5)), Of("LessOrEqual", x, graph.Double(0.5)));
                return Cast(covered, DataType.Double);
            case ResampleFilter.Bilinear:
                return Of("Max", Of("Sub", graph.Double(1), size), graph.Double(0));
            case ResampleFilter.Hamming:
                // The cosine is a sine: ONNX Runtime has long had only that in double precision.
                string cosine = Of("Sin", Of("Add", Of("Mul", x, graph.Double(Math.PI)), graph.Double(Math.PI / 2)));
                string window = Of("Add", Of("Mul", cosine, graph.Double(0.46)), graph.Double(0.54));
                return Within(1, size, Of("Mul", Sinc(x), window));
            case ResampleFilter.Bicubic:
                // Keys' two cubics with a = -0.5.
                string near = Polynomial(size, 1.5, -2.5, 0, 1);
                string far = Polynomial(size, -0.5, 2.5, -4, 2);
                return Of("Where", Of("Less", size, graph.Double(1)), near, Within(2, size, far));
            default:
                return Within(3, size, Of("Mul", Sinc(x), Sinc(Of("Div", x, graph.Double(3)))));
        }
    }

    /// <summary>Zero where x, of which the size is given, is beyond the radius.</summary>
    private string Within(double radius, string size, string values) =>
        Of("Where", Of("Less", size, graph.Double(radius)), values, graph.Double(0));

    private string Sinc(string x)
    {
        string angle = Of("Mul", x, graph.Double(Math.PI));
        return Of("Where", Of("Equal", x, graph.Double(0)), graph.Double(1), Of("Div", Of("Sin", angle), angle));
    }

    /// <summary>Coefficients from the highest power down.</summary>
    private string Polynomial(string x, params double[] coefficients) => coefficients.Skip(1).Aggregate(
        graph.Double(coefficients[0]),
        (sum, coefficient) => Of("Add", Of("Mul", sum, x), graph.Double(coefficient)));

    /// <summary>0, 1, ... up to a scalar: [count].</summary>
    private string Range(string count) => Of("Range", graph.Double(0), count, graph.Double(1));

    private string Cast(string x, DataType type) => graph.Add("Cast", [x], Attribute("to", (long)type));

    private string Of(string operation, params string[] inputs) => graph.Add(operation, inputs);
}
