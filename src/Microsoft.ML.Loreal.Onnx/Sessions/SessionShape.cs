using Microsoft.ML.Loreal.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Loreal.Sessions;

/// <summary>Compares a session's input and outputs with what the model says of itself.</summary>
internal static class SessionShape
{
    private const int Free = -1;

    /// <summary>Throws where they do not fit.</summary>
    /// <exception cref="InvalidDataException">A name, a type or a shape is another.</exception>
    public static void Check(InferenceSession session, OnnxModelDescription description)
    {
        if (description.Input != OnnxModelDescription.Pixels)
        {
            throw new InvalidDataException(
                $"it takes '{description.Input}', a whole picture, and resizes it itself; expected: '{OnnxModelDescription.Pixels}', for "
                + "pictures that are prepared here as in training. Export it with OnnxExportOptions.Input = OnnxInput.Pixels, the "
                + "default.");
        }

        CheckNames("inputs", session.InputNames, [OnnxModelDescription.Pixels]);
        CheckNames("outputs", session.OutputNames, [OnnxModelDescription.Scores, OnnxModelDescription.Features]);
        int side = description.Resolution;
        Check(session.InputMetadata, OnnxModelDescription.Pixels, typeof(byte), [Free, side, side, 3]);
        Check(session.OutputMetadata, OnnxModelDescription.Scores, typeof(float), [Free, description.ClassNames.Count]);
        Check(session.OutputMetadata, OnnxModelDescription.Features, typeof(float), [Free, Free]);
    }

    private static void CheckNames(string kind, IReadOnlyList<string> found, string[] expected)
    {
        if (!found.Order(StringComparer.Ordinal).SequenceEqual(expected.Order(StringComparer.Ordinal)))
        {
            throw new InvalidDataException(
                $"its {kind} are {string.Join(", ", found)}; expected: {string.Join(", ", expected)}. Export the model again.");
        }
    }

    /// <summary>A wanted length that is free may be any; a free length of the model fits only that.</summary>
    private static void Check(IReadOnlyDictionary<string, NodeMetadata> nodes, string name, Type type, int[] shape)
    {
        NodeMetadata node = nodes[name];
        bool fits = node.IsTensor
            && node.ElementType == type
            && node.Dimensions.Length == shape.Length
            && node.Dimensions[0] == Free
            && node.Dimensions.Skip(1).Zip(shape.Skip(1)).All(pair => pair.Second == Free || pair.First == pair.Second);
        if (!fits)
        {
            throw new InvalidDataException(
                $"its '{name}' is {Text(node.IsTensor ? node.ElementType : null, node.IsTensor ? node.Dimensions : [])}; by its metadata "
                + $"it should be {Text(type, shape)}. Export the model again.");
        }
    }

    private static string Text(Type? type, int[] shape) =>
        $"{type?.Name ?? "no tensor"} [{string.Join(", ", shape.Select(side => side == Free ? "any" : $"{side}"))}]";
}
