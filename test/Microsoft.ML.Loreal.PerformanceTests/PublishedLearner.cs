using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>
/// The same prompts as another learner's, encoded the published way: all 77 positions of every (image, class) pair through all blocks, the
/// image tower with all its tokens to the end. The blocks are ours, with the fused activation, so the published code itself is rather
/// slower.
/// </summary>
internal sealed class PublishedLearner(ClipModel model, PromptLearner prompts) : PromptLearner(model)
{
    public override IReadOnlyList<Parameter> Parameters => prompts.Parameters;

    public override IEnumerable<(string Name, Tensor Value)> State => prompts.State;

    public override PromptParts Prompts(Tensor? attributeTokens) => prompts.Prompts(attributeTokens);

    public override Tensor FrozenStates(Tensor pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        VisionTransformer tower = Model.Visual;
        Tensor x = tower.LnPre.Forward(tower.Embed(pixels));
        foreach (ResidualAttentionBlock block in tower.Blocks)
        {
            x = block.Forward(x);
        }

        return Classifier.Normalize(tower.Pool(x)).MoveToOuterDisposeScope();
    }

    public override Tensor TextFeatures(Tensor? attributeTokens)
    {
        using DisposeScope scope = NewDisposeScope();
        PromptParts parts = Prompts(attributeTokens);
        (long images, long prefix, long width) = (parts.Prefix.shape[0], parts.Prefix.shape[1], parts.Prefix.shape[2]);
        (long classes, long suffix) = (parts.Suffix.shape[0], parts.Suffix.shape[1]);
        long padding = Model.Config.ContextLength - prefix - suffix;
        Tensor x = cat(
            [
                parts.Prefix.unsqueeze(1).expand(images, classes, prefix, width),
                parts.Suffix.unsqueeze(0).expand(images, classes, suffix, width),
                zeros(images, classes, padding, width, device: parts.Prefix.device),
            ],
            2).reshape(images * classes, Model.Config.ContextLength, width); // [B, C, 77, D] -> [B * C, 77, D]
        TextTransformer text = Model.Text;
        x = text.AddPositions(x);
        Tensor mask = text.CausalMask(Model.Config.ContextLength);
        foreach (ResidualAttentionBlock block in text.Blocks)
        {
            x = block.Forward(x, mask);
        }

        return text.Pool(x, (parts.End + prefix).repeat(images)).reshape(images, classes, -1).MoveToOuterDisposeScope();
    }

    public override void Dispose()
    {
    }
}
