using static TorchSharp.torch;

namespace Microsoft.ML.Loreal;

/// <summary>
/// The text transformer over prompts that share their beginning, with the same result as running every prompt on its own.
/// </summary>
/// <remarks>
/// The transformer is causal and only its state at the end token is used. So positions after a prompt's end are never computed; the keys and values of
/// the prefix are computed once per image and layer, not once per image and class; and the last layer's result is computed for the end tokens only.
/// Letters in the shape comments: B images, C classes, P prefix tokens, G tiles of W suffix tokens each (<see cref="SuffixLayout"/>), N = G * W, D width, H heads, E = D / H.
/// The suffixes are the same for all images until they first attend to a prefix: their leading side, written b, is 1 before that and B after.
/// </remarks>
internal static class SharedPrefixEncoder
{
    // The widest activations of the suffixes, [B, N, 4 D], stay below this many numbers: tiles are computed in as many turns as that takes.
    private const long ActivationLimit = 16 << 20;

    /// <summary>Text features of every prompt, before normalisation.</summary>
    /// <returns>[B, C, J].</returns>
    public static Tensor Encode(TextTransformer text, PromptParts parts, ITowerPrompts? prompts = null) => Encode(text, parts, prompts, ActivationLimit);

    /// <summary>Roughly how many numbers a pass keeps for each image until its gradients are computed.</summary>
    public static long NumbersKept(TextTransformer text, PromptParts parts)
    {
        // A block keeps, of every token, both norms' inputs, queries, keys and values, the attention weights, and the perceptron's inner layer.
        const long widthsPerToken = 11;
        using var made = parts.Layout is null ? SuffixLayout.Of(parts.End, parts.Suffix.shape[1]) : null;
        var layout = parts.Layout ?? made!;
        return text.Blocks.Count * (parts.Prefix.shape[1] + ((long)layout.TileCount * layout.TileLength)) * widthsPerToken * parts.Prefix.shape[2];
    }

    /// <summary>As <see cref="Encode(TextTransformer, PromptParts, ITowerPrompts?)"/>, with another limit.</summary>
    internal static Tensor Encode(TextTransformer text, PromptParts parts, ITowerPrompts? prompts, long activationLimit)
    {
        using var scope = NewDisposeScope();
        var (images, prefixLength, width) = (parts.Prefix.shape[0], parts.Prefix.shape[1], parts.Prefix.shape[2]);
        var (classes, suffixLength) = (parts.Suffix.shape[0], parts.Suffix.shape[1]);
        using var made = parts.Layout is null ? SuffixLayout.Of(parts.End, suffixLength) : null;
        var layout = parts.Layout ?? made!;
        var prefix = PrefixKeysAndValues(text, parts.Prefix, prompts);
        var positions = text.PositionalEmbedding.narrow(0, prefixLength, suffixLength);                   // [S, D]
        var padded = (parts.Suffix + positions).reshape(1, classes * suffixLength, width);                // [C, S, D] -> [1, C * S, D]

        var atOnce = (int)Math.Clamp(activationLimit / (images * layout.TileLength * 4 * width), 1, layout.TileCount);
        var ends = new List<Tensor>();
        for (var first = 0; first < layout.TileCount; first += atOnce)
        {
            ends.Add(Ends(text, layout, first, Math.Min(atOnce, layout.TileCount - first), padded, prefix, prompts));
        }

        return text.Project(ends.Count == 1 ? ends[0] : cat(ends, 1)).MoveToOuterDisposeScope();          // [B, C, D] -> [B, C, J]
    }

    /// <summary>What suffixes attend to in every layer: keys and values [B, H, P, E] of the prefix [B, P, D].</summary>
    private static (Tensor Keys, Tensor Values)[] PrefixKeysAndValues(TextTransformer text, Tensor prefix, ITowerPrompts? prompts)
    {
        using var scope = NewDisposeScope();
        var all = new (Tensor Keys, Tensor Values)[text.Blocks.Count];
        var x = text.AddPositions(prefix);                                                                // [B, P, D]
        for (var layer = 0; layer < all.Length - 1; layer++)
        {
            using var layerScope = NewDisposeScope();
            var block = text.Blocks[layer];
            x = prompts?.Before(layer, x) ?? x;                                                           // methods may change P on the way
            var normalised = block.Ln1.Forward(x);
            var (queries, keys, values) = block.Attention.Project(normalised);
            var attended = MultiHeadAttention.Attend(queries, keys, values, text.CausalMask(x.shape[1]));
            x = Complete(block, x, attended, prompts?.Beside(layer, normalised)).MoveToOuterDisposeScope();
            all[layer] = layerScope.MoveToOuter(keys, values);
        }

        var last = text.Blocks[all.Length - 1];
        x = prompts?.Before(all.Length - 1, x) ?? x;
        all[^1] = last.Attention.KeysAndValues(last.Ln1.Forward(x));
        foreach (var (keys, values) in all)
        {
            scope.MoveToOuter(keys, values);
        }

        return all;
    }

    /// <summary>The states at the ends of the classes in some tiles after the last block: [B, c, D].</summary>
    private static Tensor Ends(TextTransformer text, SuffixLayout layout, int firstTile, int tiles, Tensor padded, (Tensor Keys, Tensor Values)[] prefix, ITowerPrompts? prompts)
    {
        using var scope = NewDisposeScope();
        var (rows, masks, ends) = layout.Tiles(firstTile, tiles);
        var x = padded.index_select(1, rows);                                                             // [1, C * S, D] -> [b, N, D]
        var last = text.Blocks.Count - 1;
        for (var layer = 0; layer < last; layer++)
        {
            using var layerScope = NewDisposeScope();
            var block = text.Blocks[layer];
            var normalised = block.Ln1.Forward(x);
            x = Complete(block, x, Attend(block, normalised, prefix[layer], masks), prompts?.Beside(layer, normalised))
                .MoveToOuterDisposeScope();                                                               // [B, N, D]
        }

        var lastNormalised = text.Blocks[last].Ln1.Forward(x);
        var attended = Attend(text.Blocks[last], lastNormalised, prefix[last], masks).index_select(1, ends); // [B, N, D] -> [B, c, D]
        var beside = prompts?.Beside(last, lastNormalised.index_select(1, ends));                         // [b, c, D]
        return Complete(text.Blocks[last], x.index_select(1, ends), attended, beside).MoveToOuterDisposeScope(); // [B, c, D]
    }

    /// <summary>What follows the attention in a block, from its projection on.</summary>
    private static Tensor Complete(ResidualAttentionBlock block, Tensor states, Tensor attended, Tensor? beside) =>
        block.Complete(states, block.Attention.Output.Forward(attended), beside);

    /// <summary>Every suffix attends to the prefix of its image and to itself.</summary>
    /// <param name="block">The block whose attention it is.</param>
    /// <param name="normalised">[b, N, D], after the block's first layer normalisation.</param>
    /// <param name="prefix">[B, H, P, E] each.</param>
    /// <param name="masks">[G, W, W].</param>
    /// <returns>[B, N, D].</returns>
    private static Tensor Attend(ResidualAttentionBlock block, Tensor normalised, (Tensor Keys, Tensor Values) prefix, Tensor masks)
    {
        using var scope = NewDisposeScope();
        var (queries, keys, values) = block.Attention.Project(normalised);                                // [b, H, N, E]
        var (side, heads, length, width) = (queries.shape[0], queries.shape[1], queries.shape[2], queries.shape[3]);
        var (images, prefixLength) = (prefix.Keys.shape[0], prefix.Keys.shape[2]);
        var (tiles, tileLength) = (masks.shape[0], masks.shape[1]);

        var scaled = queries / Math.Sqrt(width);
        var toPrefix = scaled.matmul(prefix.Keys.transpose(-1, -2))                                       // [B, H, N, P]
            .reshape(images, heads, tiles, tileLength, prefixLength);                                     // -> [B, H, G, W, P]
        var ownQueries = scaled.reshape(side, heads, tiles, tileLength, width);                           // [b, H, N, E] -> [b, H, G, W, E]
        var ownKeys = keys.reshape(side, heads, tiles, tileLength, width);
        var ownValues = values.reshape(side, heads, tiles, tileLength, width);
        var toOwn = (ownQueries.matmul(ownKeys.transpose(-1, -2)) + masks)                                // [b, H, G, W, W]
            .expand(images, heads, tiles, tileLength, tileLength);                                        // -> [B, H, G, W, W]

        var weights = cat([toPrefix, toOwn], -1).softmax(-1);                                             // [B, H, G, W, P + W]
        var fromPrefix = weights.narrow(-1, 0, prefixLength)
            .reshape(images, heads, length, prefixLength)                                                 // [B, H, G, W, P] -> [B, H, N, P]
            .matmul(prefix.Values);                                                                       // [B, H, N, E]
        var fromOwn = weights.narrow(-1, prefixLength, tileLength).matmul(ownValues)                      // [B, H, G, W, E]
            .reshape(images, heads, length, width);                                                       // -> [B, H, N, E]
        return (fromPrefix + fromOwn).transpose(1, 2).reshape(images, length, heads * width)              // [B, N, H, E] -> [B, N, D]
            .MoveToOuterDisposeScope();
    }
}
