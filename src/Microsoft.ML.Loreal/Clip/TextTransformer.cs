using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>CLIP's text tower. Its steps are open, so that prompt methods can replace tokens before any block.</summary>
internal sealed class TextTransformer : nn.Module
{
    private readonly Tensor _mask;

    /// <summary>
    /// Embeddings [N, L, D] without positions, L at most the context, and the position of each text's end [N] (int64) -> features [N, J],
    /// not normalized. Nothing right of a text's end matters, so L need only reach to the last end.
    /// </summary>
    public Tensor Forward(Tensor embeddings, Tensor eot)
    {
        CheckEmbeddings(embeddings, eot);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = AddPositions(embeddings);
        Tensor mask = CausalMask(embeddings.shape[1]);
        foreach (ResidualAttentionBlock block in Blocks.SkipLast(1))
        {
            using Tensor entering = x;
            x = block.Forward(entering, mask);
        }

        // Of the last block only each text's end is read. Its rows of the mask: [L, L] -> [N, L] -> [N, 1, 1, L]
        Tensor endMask = mask.index_select(0, eot).unsqueeze(1).unsqueeze(1);
        Tensor ends = Blocks[Blocks.Count - 1].ForwardSelected(x, Ends(x, eot), endMask);
        return Project(ends.squeeze(1)).MoveToOuterDisposeScope();
    }

    /// <summary>Tokens [N, L] -> their embeddings [N, L, D], without positions.</summary>
    public Tensor Embed(Tensor tokens)
    {
        CheckTokens(tokens);
        using DisposeScope scope = NewDisposeScope();
        long[] shape = tokens.shape;
        Tensor rows = TokenEmbedding.index_select(0, tokens.reshape(-1));                        // [N * L] -> [N * L, D]
        return rows.view(shape[0], shape[1], TokenEmbedding.shape[1]).MoveToOuterDisposeScope(); // [N * L, D] -> [N, L, D]
    }

    /// <summary>The embeddings of a text's tokens, without positions: [U, D].</summary>
    public Tensor EmbedTokens(IReadOnlyList<int> tokens)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = tensor(tokens.Select(token => (long)token).ToArray(), [1, tokens.Count], device: PositionalEmbedding.device);
        return Embed(ids).squeeze(0).MoveToOuterDisposeScope(); // [1, U, D] -> [U, D]
    }

    /// <summary>[N, L, D] -> [N, L, D].</summary>
    public Tensor AddPositions(Tensor embeddings) => embeddings + PositionalEmbedding.narrow(0, 0, embeddings.shape[1]);

    /// <summary>[L, L]: 0 at and below the diagonal, minus infinity above.</summary>
    public Tensor CausalMask(long length) => _mask.narrow(0, 0, length).narrow(1, 0, length);

    /// <summary>[N, L, D] after the last block -> [N, J]: the features at each text's end.</summary>
    public Tensor Pool(Tensor x, Tensor eot) => Project(Ends(x, eot).squeeze(1));

    /// <summary>[..., D] -> [..., J].</summary>
    public Tensor Project(Tensor x) => LnFinal.Forward(x).matmul(Projection);

    /// <summary>[vocabulary, D].</summary>
    public Parameter TokenEmbedding { get; }

    /// <summary>[context, D].</summary>
    public Parameter PositionalEmbedding { get; }

    public IReadOnlyList<ResidualAttentionBlock> Blocks { get; }

    public FrozenLayerNorm LnFinal { get; }

    /// <summary>[D, J].</summary>
    public Parameter Projection { get; }

    /// <summary>The most tokens of a sequence.</summary>
    public int ContextLength => (int)PositionalEmbedding.shape[0];

    public TextTransformer(ClipConfig config, Func<string, Tensor> load, ScalarType blockType)
        : base("text")
    {
        TokenEmbedding = new Parameter(load("token_embedding.weight"), requires_grad: false);
        PositionalEmbedding = new Parameter(load("positional_embedding"), requires_grad: false);
        double epsilon = config.TextLayerNormEpsilon;
        Blocks = [.. Enumerable.Range(0, config.TextLayers).Select(i => new ResidualAttentionBlock(
            $"block{i}", config.TextHeads, config.TextActivation, epsilon, $"transformer.resblocks.{i}.", load, blockType))];
        LnFinal = new FrozenLayerNorm("ln_final", load("ln_final.weight"), load("ln_final.bias"), epsilon);
        Projection = new Parameter(load("text_projection"), requires_grad: false);
        _mask = full([config.ContextLength, config.ContextLength], float.NegativeInfinity, ScalarType.Float32, PositionalEmbedding.device)
            .triu_(1).DetachFromDisposeScope();
        register_parameter("token_embedding", TokenEmbedding);
        register_parameter("positional_embedding", PositionalEmbedding);
        foreach (ResidualAttentionBlock block in Blocks)
        {
            register_module(block.GetName(), block);
        }

        register_module("ln_final", LnFinal);
        register_parameter("text_projection", Projection);
        register_buffer("mask", _mask, persistent: false);
    }

    /// <summary>[N, L, D] -> [N, 1, D].</summary>
    private static Tensor Ends(Tensor x, Tensor eot)
    {
        long[] shape = x.shape;
        return x.gather(1, eot.view(shape[0], 1, 1).expand(shape[0], 1, shape[2]));
    }

    private void CheckTokens(Tensor tokens)
    {
        long[] shape = tokens.shape;
        if (shape.Length != 2 || shape[0] < 1 || shape[1] < 1 || tokens.dtype != ScalarType.Int64)
        {
            throw new ArgumentException(
                $"The tokens are {tokens.dtype} [{string.Join(", ", shape)}]; expected Int64 [texts, tokens].", nameof(tokens));
        }

        using DisposeScope scope = NewDisposeScope();
        long min = tokens.min().ToInt64();
        long max = tokens.max().ToInt64();
        if (min < 0 || max >= TokenEmbedding.shape[0])
        {
            throw new ArgumentException(
                $"The tokens go from {min} to {max}; expected 0 to {TokenEmbedding.shape[0] - 1}.", nameof(tokens));
        }
    }

    private void CheckEmbeddings(Tensor embeddings, Tensor eot)
    {
        long[] shape = embeddings.shape;
        long width = PositionalEmbedding.shape[1];
        if (shape.Length != 3 || shape[0] < 1 || shape[1] < 1 || shape[1] > ContextLength || shape[2] != width
            || embeddings.dtype != ScalarType.Float32)
        {
            throw new ArgumentException(
                $"The embeddings are {embeddings.dtype} [{string.Join(", ", shape)}]; expected Float32 [texts, tokens, {width}] "
                + $"with at most {ContextLength} tokens.",
                nameof(embeddings));
        }

        if (eot.Dimensions != 1 || eot.shape[0] != shape[0] || eot.dtype != ScalarType.Int64)
        {
            throw new ArgumentException(
                $"The ends are {eot.dtype} [{string.Join(", ", eot.shape)}]; expected Int64 [{shape[0]}].", nameof(eot));
        }
    }
}
