using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>
/// The text features of a training step. Where their graph would exceed the memory they have none: their gradient is passed on by computing
/// them again, some classes at a time, which costs one more pass and holds any number of classes.
/// </summary>
internal sealed class LearnedText
{
    private readonly PromptLearner _learner;
    private readonly Tensor? _attributeTokens;
    private readonly long _maxElements;
    private readonly bool _inParts;

    /// <summary>Computes the features.</summary>
    /// <param name="learner">Whose prompts.</param>
    /// <param name="attributeTokens">[B, T, D], what learns; null where the learner's own parameters do.</param>
    /// <param name="elementsPerSet">
    /// What <see cref="PromptLearner.RetainedElements"/> gives for one set of such prompts; whoever takes many steps asks once.
    /// </param>
    /// <param name="maxElements">How many numbers may be kept in memory for the gradients.</param>
    public LearnedText(PromptLearner learner, Tensor? attributeTokens, long elementsPerSet, long maxElements)
    {
        (_learner, _attributeTokens, _maxElements) = (learner, attributeTokens, maxElements);
        _inParts = (attributeTokens?.shape[0] ?? 1) * elementsPerSet > maxElements;
        using IDisposable? noGrad = _inParts ? no_grad() : null;
        Features = learner.TextFeatures(attributeTokens);
        if (_inParts)
        {
            Features.requires_grad_(true);
        }
    }

    /// <summary>[B, C, J], as <see cref="PromptLearner.TextFeatures"/>.</summary>
    public Tensor Features { get; }

    /// <summary>
    /// A loss of the features, whose gradient reaches what learns: where they have no graph, beside the loss stands a term of value 0 with
    /// that gradient.
    /// </summary>
    /// <param name="loss">0-dimensional.</param>
    public Tensor Attach(Tensor loss)
    {
        if (!_inParts)
        {
            return loss;
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor gradient = autograd.grad([loss], [Features], retain_graph: true)[0]; // [B, C, J]
        IReadOnlyList<Tensor> learned = _attributeTokens is null ? _learner.Parameters : [_attributeTokens];
        foreach ((Tensor value, Tensor? slope) in learned.Zip(Gradients(gradient)))
        {
            if (slope is not null)
            {
                Tensor linear = (value * slope).sum();
                loss = loss + (linear - linear.detach());
            }
        }

        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>The gradient of each tensor that learns; null where it has no part in the text.</summary>
    private Tensor?[] Gradients(Tensor gradient)
    {
        // Backward adds up in the leaves of the graph, where gradients of other parts of the batch may stand already.
        Tensor? tokens = _attributeTokens?.detach().requires_grad_(true);
        Tensor[] leaves = tokens is null ? [.. _learner.Parameters] : [tokens];
        Tensor?[] earlier = Array.ConvertAll(leaves, leaf => leaf.grad);
        Array.ForEach(leaves, leaf => leaf.grad = null);
        _learner.TextBackward(tokens, gradient, _maxElements);
        Tensor?[] own = Array.ConvertAll(leaves, leaf => leaf.grad);
        foreach ((Tensor leaf, Tensor? value) in leaves.Zip(earlier))
        {
            leaf.grad = value;
        }

        return own;
    }
}
