using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>
/// Both towers as a method's publication changes them, with nothing shared and nothing cached: whole sequences, block after block, from the
/// method's saved tensors alone.
/// </summary>
internal class PlainTowers
{
    private readonly ClipModel _model;
    private readonly IReadOnlyDictionary<string, Tensor> _state;

    private PlainTowers(ClipModel model, IReadOnlyDictionary<string, Tensor> state)
    {
        _model = model;
        _state = state;
    }

    /// <summary>The method's towers.</summary>
    public static PlainTowers Of(PromptMethod method, ClipModel model, IReadOnlyDictionary<string, Tensor> state)
    {
        JsonObject settings = method.Describe();
        return method.Name switch
        {
            "MaPLe" => new MaPLe(model, state),
            "MMA" => new Mma(model, state, (double)settings["scale"]!),
            "MMRL" => new Mmrl(model, state, (int)settings["firstLayer"]!),
            "IndependentPrompts" => new IndependentPrompts(model, state),
            _ => new PlainTowers(model, state),
        };
    }

    /// <summary>Text features of every prompt of every image, before normalization.</summary>
    /// <param name="parts">The prompts, of which the tokens that enter the first block are made.</param>
    /// <param name="attributeTokens">The tokens of the attribute slots in them.</param>
    /// <returns>[B, C, J].</returns>
    public Tensor Text(PromptParts parts, long attributeTokens)
    {
        (long images, long prefixLength) = (parts.Prefix.shape[0], parts.Prefix.shape[1]);
        long classes = parts.Suffix.shape[0];
        // [B * C, L, D]
        Tensor prompts = cat(
            [parts.Prefix.unsqueeze(1).expand(-1, classes, -1, -1), parts.Suffix.unsqueeze(0).expand(images, -1, -1, -1)], 2).flatten(0, 1);
        Tensor x = _model.Text.AddPositions(prompts);
        long length = x.shape[1];
        for (int block = 0; block < _model.Text.Blocks.Count; block++)
        {
            x = Block(_model.Text.Blocks[block], TextTokens(block, x, 1 + attributeTokens), TextBranch(block));
        }

        Tensor ends = (parts.End + prefixLength + (x.shape[1] - length)).repeat(images);
        return _model.Text.Pool(x, ends).reshape(images, classes, -1);
    }

    /// <summary>Image features, normalized.</summary>
    /// <param name="pixels">[B, 3, H, W].</param>
    /// <returns>[B, G].</returns>
    public Tensor Image(Tensor pixels)
    {
        Tensor x = _model.Visual.LnPre.Forward(BeforeNormalization(_model.Visual.Embed(pixels)));
        for (int block = 0; block < _model.Visual.Blocks.Count; block++)
        {
            x = Block(_model.Visual.Blocks[block], ImageTokens(block, x), ImageBranch(block), causal: false);
        }

        return Features(x);
    }

    /// <summary>The tokens that enter a block of the text tower.</summary>
    /// <param name="block">The block, from 0.</param>
    /// <param name="x">[N, L, D].</param>
    /// <param name="place">Where the method's own tokens stand.</param>
    protected virtual Tensor TextTokens(int block, Tensor x, long place) => x;

    protected virtual Tensor BeforeNormalization(Tensor x) => x;

    protected virtual Tensor ImageTokens(int block, Tensor x) => x;

    protected virtual Func<Tensor, Tensor>? TextBranch(int block) => null;

    protected virtual Func<Tensor, Tensor>? ImageBranch(int block) => null;

    protected virtual Tensor Features(Tensor x) => Unit(_model.Visual.Pool(x));

    private static Tensor Unit(Tensor x) => x / x.norm(-1, keepdim: true);

    private static Tensor Replace(Tensor x, long place, Tensor tokens, long replaced) => cat(
        [
            x.narrow(1, 0, place),
            tokens.unsqueeze(0).expand(x.shape[0], -1, -1),
            x.narrow(1, place + replaced, x.shape[1] - place - replaced),
        ],
        1);

    private Tensor Block(ResidualAttentionBlock block, Tensor x, Func<Tensor, Tensor>? branch, bool causal = true)
    {
        Tensor result = block.Forward(x, causal ? _model.Text.CausalMask(x.shape[1]) : null);
        return branch is null ? result : result + branch(block.Ln1.Forward(x));
    }

    private Tensor Linear(string name, Tensor x) => x.matmul(_state[name + ".weight"].transpose(0, 1)) + _state[name + ".bias"];

    private sealed class MaPLe(ClipModel model, IReadOnlyDictionary<string, Tensor> state) : PlainTowers(model, state)
    {
        protected override Tensor TextTokens(int block, Tensor x, long place) =>
            Deeper(block) is { } prompt ? Replace(x, place, prompt, prompt.shape[0]) : x;

        protected override Tensor BeforeNormalization(Tensor x) =>
            cat([x, Linear("proj", _state["ctx"]).unsqueeze(0).expand(x.shape[0], -1, -1)], 1);

        protected override Tensor ImageTokens(int block, Tensor x) => Deeper(block) is { } prompt
            ? Replace(x, x.shape[1] - prompt.shape[0], Linear($"compound_prompt_projections.{block - 1}", prompt), prompt.shape[0])
            : x;

        private Tensor? Deeper(int block) => _state.GetValueOrDefault($"compound_prompts_text.{block - 1}");
    }

    private sealed class IndependentPrompts(ClipModel model, IReadOnlyDictionary<string, Tensor> state) : PlainTowers(model, state)
    {
        protected override Tensor TextTokens(int block, Tensor x, long place) =>
            _state.TryGetValue($"text_encoder.transformer.resblocks.{block}.VPT_shallow", out Tensor? prompt)
                ? Replace(x, place, prompt, prompt.shape[0])
                : x;

        protected override Tensor BeforeNormalization(Tensor x) =>
            cat([x, _state["image_encoder.VPT"].unsqueeze(0).expand(x.shape[0], -1, -1)], 1);

        protected override Tensor ImageTokens(int block, Tensor x) =>
            _state.TryGetValue($"image_encoder.transformer.resblocks.{block}.VPT_shallow", out Tensor? prompt)
            ? Replace(x, x.shape[1] - prompt.shape[0], prompt, prompt.shape[0])
            : x;
    }

    private sealed class Mma(ClipModel model, IReadOnlyDictionary<string, Tensor> state, double scale) : PlainTowers(model, state)
    {
        protected override Func<Tensor, Tensor>? TextBranch(int block) => Adapter("text", block + 1);

        protected override Func<Tensor, Tensor>? ImageBranch(int block) => Adapter("visual", block + 1);

        private Func<Tensor, Tensor>? Adapter(string tower, int layer) =>
            !_state.ContainsKey($"shared_adapter.{layer}.0.weight") ? null : y =>
            scale
                * Linear(
                    $"{tower}_adapter.{layer}.up",
                    Linear($"shared_adapter.{layer}.0", Linear($"{tower}_adapter.{layer}.down.0", y).relu()).relu());
    }

    private sealed class Mmrl(ClipModel model, IReadOnlyDictionary<string, Tensor> state, int firstLayer) : PlainTowers(model, state)
    {
        private const string Learner = "representation_learner.compound_rep_tokens";

        private Tensor Representation => _state[Learner];

        protected override Tensor TextTokens(int block, Tensor x, long place) => Inserted("r2tproj", block, x);

        protected override Tensor ImageTokens(int block, Tensor x) => Inserted("r2vproj", block, x);

        protected override Tensor Features(Tensor x)
        {
            Tensor mean = _model.Visual.LnPost.Forward(x.narrow(1, 1, Representation.shape[0])).mean([1L]);
            return cat([base.Features(x), Unit(mean.matmul(_state["image_encoder.proj_rep"]))], 1);
        }

        private Tensor Inserted(string map, int block, Tensor x)
        {
            int k = block + 1 - firstLayer;
            return _state.ContainsKey($"{Learner}_{map}.{k}.weight")
                ? Replace(x, 1, Linear($"{Learner}_{map}.{k}", Representation), k == 0 ? 0 : Representation.shape[0])
                : x;
        }
    }
}
