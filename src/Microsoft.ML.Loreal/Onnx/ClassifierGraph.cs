using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Prompts;
using TorchSharp;
using static Microsoft.ML.Loreal.Onnx.OnnxGraph;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Onnx;

/// <summary>A whole classifier in a graph: from the input to scores and features.</summary>
/// <param name="graph">The graph, empty.</param>
/// <param name="model">The frozen CLIP, in single precision.</param>
/// <param name="preprocessing">How 8-bit pixels become the tower's numbers.</param>
/// <param name="resolution">phi.</param>
/// <param name="classes">C.</param>
internal sealed class ClassifierGraph(OnnxGraph graph, ClipModel model, ImageProcessorSettings preprocessing, int resolution, int classes)
{
    private readonly string _pixels = new InputGraph(graph, preprocessing, resolution).Pixels();

    /// <summary>A student with a prompt method.</summary>
    /// <param name="student">The student.</param>
    /// <param name="slots">Its attribute slots; null for prompts that are the same for all images.</param>
    /// <param name="compiled">What stands in for the text tower; null for the tower itself.</param>
    public void AddStudent(PromptLearner student, AttributeSlots? slots, CompiledText? compiled)
    {
        using DisposeScope scope = NewDisposeScope();
        SecondFeature? second = student.SecondFeature;
        var image = new ImageGraph(graph, model, student.ImageEdits());
        string tokens = image.Tokens(_pixels, preprocessing, resolution, 1 + (second?.Tokens ?? 0));
        string features = graph.Normalize(image.ClassFeature(tokens)); // [N, J]
        string compared = second is null ? features : Mixed(features, graph.Normalize(image.Second(tokens, second)), second.Share);
        string logits = slots is null
            ? Logits(compared, student.TextFeatures(null).squeeze(0), student.LogitScale) // [1, C, J] -> [C, J]
            : compiled is null
                ? Logits(compared, Text(Vectors(features, slots.MetaNets), student, slots), student.LogitScale)
                : Logits(compared, Vectors(features, slots.MetaNets), compiled, student.LogitScale);
        AddOutputs(logits, features, model.Config.EmbedDimension);
    }

    /// <summary>A student whose features are projected into a teacher's space.</summary>
    /// <param name="edits">What its prompts change inside the image tower.</param>
    /// <param name="projector">Two linear layers, [out, in] and [out] each, with a ReLU between.</param>
    /// <param name="text">The teacher's text features, [C, J'].</param>
    /// <param name="logitScale">What cosines are multiplied with.</param>
    public void AddProjected(
        TowerEdits edits,
        ((Tensor Weight, Tensor Bias) First, (Tensor Weight, Tensor Bias) Second) projector,
        Tensor text,
        float logitScale)
    {
        var image = new ImageGraph(graph, model, edits);
        string own = image.ClassFeature(image.Tokens(_pixels, preprocessing, resolution, 1)); // [N, J]
        LayerWeights first = BlockGraph.Layer(graph, "projector.0", projector.First.Weight, projector.First.Bias);
        LayerWeights second = BlockGraph.Layer(graph, "projector.1", projector.Second.Weight, projector.Second.Bias);
        string hidden = graph.Add("Relu", [BlockGraph.Linear(graph, own, first)]);
        string features = graph.Normalize(BlockGraph.Linear(graph, hidden, second)); // [N, J']
        AddOutputs(Logits(features, text, logitScale), features, text.shape[1]);
    }

    /// <summary>Of two features [N, J], the second with its share.</summary>
    private string Mixed(string first, string second, float share) => graph.Add(
        "Add",
        [graph.Add("Mul", [first, graph.Number(1 - share)]), graph.Add("Mul", [second, graph.Number(share)])]);

    /// <summary>Scaled cosines with text features that are the same for all images: [N, J] and [C, J] -> [N, C].</summary>
    private string Logits(string features, Tensor text, float scale)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor columns = (Classifier.Normalize(text) * scale).transpose(0, 1); // [C, J] -> [J, C]
        return graph.Add("MatMul", [features, graph.Constant("text.features", columns)]);
    }

    /// <summary>Scaled cosines with each image's own text features: [N, J] and [N, C, J] -> [N, C].</summary>
    private string Logits(string features, string text, float scale)
    {
        string column = graph.Reshape(features, 0, -1, 1); // [N, J] -> [N, J, 1]
        string cosines = graph.Add("MatMul", [graph.Normalize(text), column]); // [N, C, 1]
        return graph.Add("Mul", [graph.Reshape(cosines, 0, -1), graph.Number(scale)]);
    }

    /// <summary>Scaled cosines with compiled text features: [N, J] and the meta-nets' vectors [N, K, D] -> [N, C].</summary>
    private string Logits(string features, string vectors, CompiledText text, float scale)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor columns = (text.Terms * scale).flatten(0, 1).transpose(0, 1);         // [1 + R, C, J] -> [J, (1 + R) * C]
        string cosines = graph.Add("MatMul", [features, graph.Constant("text.terms", columns)]);
        string byTerm = graph.Reshape(cosines, 0, text.Terms.shape[0], classes);     // [N, 1 + R, C]

        string flat = graph.Reshape(vectors, 0, -1);                                 // [N, K, D] -> [N, K * D]
        string centered = graph.Add("Sub", [flat, graph.Constant("text.center", text.Center)]);
        string z = graph.Add("MatMul", [centered, graph.Constant("text.projection", text.Projection)]); // [N, Q]
        // |z - z_m|^2 for each view m: [N, 1, Q] - [M, Q] -> [N, M, Q] -> [N, M]
        string apart = graph.Add("Sub", [graph.Reshape(z, 0, 1, -1), graph.Constant("text.views", text.Views)]);
        string distances = graph.Add("ReduceSumSquare", [apart], Attribute("axes", [-1]), Attribute("keepdims", 0L));
        string kernel = graph.Add("Exp", [graph.Add("Neg", [distances])]);
        Tensor weights = cat([zeros([text.Weights.shape[0], 1], float32, CPU), text.Weights], 1);       // [M, 1 + R]
        Tensor one = cat([ones([1], float32, CPU), zeros([text.Weights.shape[1]], float32, CPU)], 0);   // [1 + R]
        var layer = new LayerWeights(graph.Constant("text.weights", weights), graph.Constant("text.one", one));
        string shares = graph.Reshape(BlockGraph.Linear(graph, kernel, layer), 0, 1, -1);               // [N, 1, 1 + R]
        return graph.Reshape(graph.Add("MatMul", [shares, byTerm]), 0, -1);
    }

    /// <summary>The meta-nets' vectors: [N, J] -> [N, K, D].</summary>
    private string Vectors(string features, MetaNets nets)
    {
        using DisposeScope scope = NewDisposeScope();
        (long count, long width) = (nets.Bias2.shape[0], nets.Bias2.shape[1]);
        LayerWeights first = BlockGraph.Layer(graph, "metanets.0", nets.Weight1.flatten(0, 1), nets.Bias1.flatten()); // [K * H, J]
        string hidden = graph.Add("Relu", [BlockGraph.Linear(graph, features, first)]);                                // [N, K * H]
        // One product for each image and net, so that an image's vectors do not depend on how many there are.
        string byNet = graph.Reshape(hidden, 0, count, 1, -1);                                                         // [N, K, 1, H]
        string weight = graph.Weights("metanets.1.weight", nets.Weight2.transpose(1, 2));                              // [K, H, D]
        string bias = graph.Constant("metanets.1.bias", nets.Bias2.unsqueeze(1));                                      // [K, 1, D]
        return graph.Reshape(BlockGraph.Linear(graph, byNet, new LayerWeights(weight, bias)), 0, count, width);
    }

    /// <summary>The text features of prompts with attribute slots: vectors [N, K, D] -> [N, C, J], not normalized.</summary>
    private string Text(string vectors, PromptLearner student, AttributeSlots slots)
    {
        using DisposeScope scope = NewDisposeScope();
        (long count, long width) = (slots.MetaNets.Bias2.shape[0], slots.MetaNets.Bias2.shape[1]);
        PromptParts parts = student.Prompts(slots.Tokens(zeros([1, count, width], float32, model.Device)));
        return new TextGraph(graph, model, student.TextEdits(slots.TokenCount)).Features(vectors, parts, slots.Sources);
    }

    private void AddOutputs(string logits, string features, long width)
    {
        graph.Output(OnnxModelDescription.Scores, graph.Add("Softmax", [logits], Attribute("axis", -1L)), classes);
        graph.Output(OnnxModelDescription.Features, features, width);
    }
}
