using Microsoft.ML.Loreal.Clip;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>The attribute slots of a model.</summary>
/// <param name="Words">A_1..A_K.</param>
/// <param name="TokensPerAttribute">M.</param>
/// <param name="HiddenWidth">The hidden width of each meta-net.</param>
internal sealed record AttributeSettings(IReadOnlyList<string> Words, int TokensPerAttribute, int HiddenWidth)
{
    /// <summary>Makes the slots, with untrained meta-nets.</summary>
    public AttributeSlots CreateSlots(ClipModel model, IPromptVocabulary vocabulary, MetaNetInitialization initialization, Random random) =>
        new(model, AttributeSlots.Tokenize(vocabulary, Words), TokensPerAttribute, HiddenWidth, initialization, random);
}
