using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>What one student learns with a prompt method, for one set of classes, over a frozen CLIP that it does not own.</summary>
/// <remarks>Reading features is thread-safe; changing the parameters is not.</remarks>
internal abstract class PromptLearner(ClipModel model) : IDisposable
{
    private long? _elementsPerSet; // of one set of prompts without attributes

    /// <summary>The frozen CLIP.</summary>
    protected ClipModel Model { get; } = model;

    /// <summary>The parameters that training changes.</summary>
    public abstract IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The named tensors that make up the trained state; the caller does not own them.</summary>
    public abstract IEnumerable<(string Name, Tensor Value)> State { get; }

    /// <summary>
    /// Whether the prompts are for other classes than those the parameters were trained for. Set before anything is scored.
    /// </summary>
    public bool ForOtherClasses { get; set; }

    /// <summary>Whether the image features change while the parameters learn.</summary>
    public bool LearnsImages => FirstImageBlock is not null;

    /// <summary>The first block of the image tower that the method changes, from 0; null where it changes none.</summary>
    public virtual int? FirstImageBlock => null;

    /// <summary>What the cosine of an image's and a text's features is multiplied with to give a logit.</summary>
    public virtual float LogitScale => Model.LogitScale;

    /// <summary>The image feature that is compared with the prompts beside the class token's; null where there is none.</summary>
    public virtual SecondFeature? SecondFeature => null;

    /// <summary>What the method changes inside the image tower, from <see cref="FirstImageBlock"/> on.</summary>
    public virtual TowerEdits ImageEdits() => TowerEdits.None;

    /// <summary>What the method changes inside the text tower.</summary>
    /// <param name="attributeTokens">T, the tokens that stand between the start token and whatever the method itself puts there.</param>
    public virtual TowerEdits TextEdits(long attributeTokens) => TowerEdits.None;

    /// <summary>
    /// What of the image side does not learn, so that it can be computed once per view and cached: the tokens that enter the first block
    /// that the method changes, [B, T, D] as [B, T * D]; where it changes none, the plain tower's normalized features, [B, J].
    /// </summary>
    /// <param name="pixels">[B, 3, H, W], normalized.</param>
    /// <returns>[B, F], one flat row an image.</returns>
    public virtual Tensor FrozenStates(Tensor pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor states = FirstImageBlock is { } first
            ? Model.Visual.Advance(Model.Visual.Tokens(pixels), 0, first, TowerEdits.None).flatten(1) // [B, T, D] -> [B, T * D]
            : Classifier.Normalize(Model.EncodeImage(pixels));
        return states.MoveToOuterDisposeScope();
    }

    /// <summary>The image features that are compared with the prompts.</summary>
    /// <param name="states">[B, F], from <see cref="FrozenStates"/>.</param>
    /// <returns>[B, G], normalized; G is J, or a multiple of it where several features stand side by side.</returns>
    public virtual Tensor ImageFeatures(Tensor states)
    {
        if (FirstImageBlock is not { } first)
        {
            return states;
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor tokens = states.reshape(states.shape[0], -1, Model.Config.VisionWidth); // [B, T * D] -> [B, T, D]
        return Classifier.Normalize(Model.Visual.Features(tokens, first, ImageEdits())).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The image features of pixels, for when nothing learns any more: <see cref="ImageFeatures"/> of <see cref="FrozenStates"/>, without
    /// what only training needs.
    /// </summary>
    /// <param name="pixels">[B, 3, H, W], normalized.</param>
    /// <returns>[B, G].</returns>
    public virtual Tensor Encode(Tensor pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        return ImageFeatures(FrozenStates(pixels)).MoveToOuterDisposeScope();
    }

    /// <summary>The image features that the meta-nets see.</summary>
    /// <param name="features">[B, G], from <see cref="ImageFeatures"/>.</param>
    /// <returns>[B, J], normalized.</returns>
    public virtual Tensor Condition(Tensor features) => features;

    /// <summary>The scores of the classes.</summary>
    /// <param name="features">[B, G], from <see cref="ImageFeatures"/>.</param>
    /// <param name="text">[B, C, J], or [1, C, J] where the prompts are the same for all images; not normalized.</param>
    /// <returns>[B, C].</returns>
    public virtual Tensor Logits(Tensor features, Tensor text) => Classifier.Logits(features, text, LogitScale);

    /// <summary>The losses of the method alone, without attributes.</summary>
    /// <param name="states">[B, F], from <see cref="FrozenStates"/>.</param>
    /// <param name="labels">[B] int64.</param>
    /// <param name="maxElements">
    /// How many numbers the text features may keep in memory for their gradients; null for those of <see cref="GraphMemory"/>.
    /// </param>
    public PromptLosses Losses(Tensor states, Tensor labels, long? maxElements = null)
    {
        using DisposeScope scope = NewDisposeScope();
        _elementsPerSet ??= RetainedElements(null);
        var text = new LearnedText(this, null, _elementsPerSet.Value, maxElements ?? GraphMemory.MaxElements(states.device));
        PromptLosses losses = Losses(states, text.Features, labels);
        losses = losses with { Total = text.Attach(losses.Total) };
        scope.MoveToOuter(losses.Total, losses.CrossEntropy, losses.Logits);
        return losses;
    }

    /// <summary>The losses of the method alone.</summary>
    /// <param name="states">[B, F], from <see cref="FrozenStates"/>.</param>
    /// <param name="text">[1, C, J], not normalized.</param>
    /// <param name="labels">[B] int64.</param>
    protected virtual PromptLosses Losses(Tensor states, Tensor text, Tensor labels)
    {
        Tensor logits = Logits(ImageFeatures(states), text);
        Tensor loss = nn.functional.cross_entropy(logits, labels);
        return new PromptLosses(loss, loss, logits);
    }

    /// <summary>The prompts of all classes.</summary>
    /// <param name="attributeTokens">
    /// [B, T, D]: what stands right after the start token in the prompts of each image; null for one set of prompts without attributes.
    /// </param>
    public abstract PromptParts Prompts(Tensor? attributeTokens);

    /// <summary>Text features before normalization.</summary>
    /// <param name="attributeTokens">As in <see cref="Prompts"/>.</param>
    /// <returns>[B, C, J], with B = 1 for one set of prompts.</returns>
    public virtual Tensor TextFeatures(Tensor? attributeTokens)
    {
        using DisposeScope scope = NewDisposeScope();
        TowerEdits edits = TextEdits(attributeTokens?.shape[1] ?? 0);
        return SharedPrefixEncoder.Encode(Model.Text, Prompts(attributeTokens), edits).MoveToOuterDisposeScope();
    }

    /// <summary>Roughly how many numbers <see cref="TextFeatures"/> keeps in memory until its gradient is computed.</summary>
    /// <param name="attributeTokens">[B, T, D], as in <see cref="Prompts"/>.</param>
    public long RetainedElements(Tensor? attributeTokens)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return (attributeTokens?.shape[0] ?? 1) * SharedPrefixEncoder.RetainedElements(Model.Text, Prompts(attributeTokens));
    }

    /// <summary>
    /// Adds the gradient of the text features up in the leaves that they depend on, without having kept their graph: they are computed
    /// again, some classes at a time.
    /// </summary>
    /// <param name="attributeTokens">[B, T, D], as in <see cref="Prompts"/>.</param>
    /// <param name="gradient">[B, C, J].</param>
    /// <param name="maxElements">How many numbers may be kept in memory at a time.</param>
    public void TextBackward(Tensor? attributeTokens, Tensor gradient, long maxElements)
    {
        using DisposeScope scope = NewDisposeScope();
        TowerEdits edits = TextEdits(attributeTokens?.shape[1] ?? 0);
        SharedPrefixEncoder.Backward(Model.Text, Prompts(attributeTokens), edits, gradient, maxElements);
    }

    /// <summary>Copies saved values into the state.</summary>
    /// <param name="values">Gives the tensor of a name; throws where there is none.</param>
    /// <exception cref="InvalidDataException">A tensor has another shape than this learner needs.</exception>
    public void Load(Func<string, Tensor> values) => NamedState.Load(State, values);

    /// <summary>Stops training: the parameters get no gradients from now on.</summary>
    public void Freeze()
    {
        foreach (Parameter parameter in Parameters)
        {
            parameter.requires_grad = false;
        }
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}
