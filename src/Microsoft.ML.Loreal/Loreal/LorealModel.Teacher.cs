using Microsoft.ML.Loreal.Prompts;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Loreal;

/// <content>
/// What the training of another student sees of the model. Only for the model's owner: nothing here keeps it from being disposed meanwhile.
/// </content>
internal sealed partial class LorealModel
{
    /// <summary>The attribute slots; null for the method alone.</summary>
    public AttributeSettings? Attributes => _description.Attributes;

    /// <summary>What encodes images.</summary>
    public PromptLearner Student => _student;

    /// <summary>The features of the classes' prompts, of a model without attributes.</summary>
    /// <returns>[1, C, J], not normalized.</returns>
    public Tensor TextFeatures() => _student.TextFeatures(null);

    /// <summary>The scores of the classes.</summary>
    /// <param name="features">[B, G], from <see cref="PromptLearner.Encode"/>.</param>
    /// <returns>[B, C].</returns>
    public Tensor Logits(Tensor features) => _scorer.Logits(features);
}
