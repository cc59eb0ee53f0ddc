using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>The text half of CLIP.</summary>
internal sealed class TextTower : nn.Module
{
    // Most captions are shorter than this; the others would make them pay for their padding.
    private const int Short = 18;

#pragma warning disable IDE1006 // The names are those of openai's checkpoints.
    internal readonly Embedding token_embedding;
    internal readonly Parameter positional_embedding;
    internal readonly ModuleList<Block> resblocks;
    internal readonly LayerNorm ln_final;
    internal readonly Parameter text_projection;
#pragma warning restore IDE1006

    internal TextTower(ClipConfig config)
        : base(nameof(TextTower))
    {
        int width = config.TextWidth;
        token_embedding = nn.Embedding(config.VocabularySize, width);
        nn.init.normal_(token_embedding.weight!, 0, 0.02);
        positional_embedding = nn.Parameter(randn([config.ContextLength, width]) * 0.01);
        resblocks = nn.ModuleList(Enumerable.Range(0, config.TextLayers)
            .Select(_ => new Block(width, config.TextHeads, config.TextLayers)).ToArray());
        ln_final = nn.LayerNorm(width);
        text_projection = nn.Parameter(randn([width, config.EmbedDimension]) * Math.Pow(width, -0.5));
        RegisterComponents();
    }

    /// <summary>Token ids, start and end included, to features [texts, joint] of length 1.</summary>
    internal Tensor Forward(IReadOnlyList<long[]> texts)
    {
        int[] order = Enumerable.Range(0, texts.Count).OrderBy(i => texts[i].Length <= Short ? 0 : 1).ToArray();
        int count = texts.Count(t => t.Length <= Short);
        Tensor[] parts = new[] { order[..count], order[count..] }
            .Where(part => part.Length > 0)
            .Select(part => ForwardPadded(part.Select(i => texts[i]).ToArray()))
            .ToArray();
        if (parts.Length == 1)
        {
            return parts[0];
        }
        long[] back = new long[texts.Count];
        for (int i = 0; i < order.Length; i++)
        {
            back[order[i]] = i;
        }
        return cat(parts, 0).index_select(0, tensor(back));
    }

    private Tensor ForwardPadded(long[][] texts)
    {
        int length = texts.Max(t => t.Length);
        long[] ids = new long[texts.Length * length];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i].CopyTo(ids, i * length);
        }
        Tensor x = token_embedding.call(tensor(ids).reshape(texts.Length, length)) + positional_embedding.narrow(0, 0, length);
        Tensor mask = full([length, length], float.NegativeInfinity).triu(1);
        foreach (Block block in resblocks)
        {
            x = block.call(x, mask);
        }
        // [texts, length, width] -> [texts * length, width] -> the rows of the end tokens, [texts, width]
        Tensor ends = tensor(texts.Select((t, i) => ((long)i * length) + t.Length - 1).ToArray());
        Tensor last = x.reshape((long)texts.Length * length, -1).index_select(0, ends);
        return nn.functional.normalize(ln_final.call(last).matmul(text_projection), dim: -1);
    }
}
