using static TorchSharp.torch;

namespace Microsoft.ML.Loreal;

/// <summary>
/// The text transformer over prompts that share their beginning, with the same result as running every prompt on its own.
/// </summary>
/// <remarks>
/// The transformer is causal and only its state at the end token is used. So positions after a prompt's end are never computed; the prefix is computed once per image, not once
/// per image and class; and the last layer's result is computed for the end tokens only. Prefixes and suffixes are rows of one matrix, so that a layer reads each of its weights
/// once, which is what a few classes cost; only the attention tells them apart.
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
        // A block keeps, of every token, both norms' inputs, its query, keys and values with its share of the prefix's copies, the attention weights, and the perceptron's inner layer.
        const long widthsPerToken = 13;
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
        var prefix = text.AddPositions(parts.Prefix);                                                     // [B, P, D]
        var positions = text.PositionalEmbedding.narrow(0, prefixLength, suffixLength);                   // [S, D]
        var padded = (parts.Suffix + positions).reshape(1, classes * suffixLength, width);                // [C, S, D] -> [1, C * S, D]

        var atOnce = (int)Math.Clamp(activationLimit / (images * layout.TileLength * 4 * width), 1, layout.TileCount);
        var ends = new List<Tensor>();
        for (var first = 0; first < layout.TileCount; first += atOnce)
        {
            ends.Add(Ends(text, layout, first, Math.Min(atOnce, layout.TileCount - first), padded, prefix, prompts));
        }

        return text.Project(layout.InOrder(cat(ends, 1))).MoveToOuterDisposeScope();                      // [B, C, D] -> [B, C, J]
    }

    /// <summary>The states at the ends of the classes in some tiles after the last block: [B, c, D].</summary>
    private static Tensor Ends(TextTransformer text, SuffixLayout layout, int firstTile, int tiles, Tensor padded, Tensor prefix, ITowerPrompts? prompts)
    {
        using var scope = NewDisposeScope();
        var (images, width) = (prefix.shape[0], prefix.shape[2]);
        var (rows, masks, ends) = layout.Tiles(firstTile, tiles);
        var length = rows.shape[0];
        var suffixes = padded.index_select(1, rows);                                                      // [1, C * S, D] -> [b, N, D]
        if (prompts is not null)
        {
            suffixes = suffixes.expand(images, length, width);                                            // what stands beside the first block needs them for each image
        }

        for (var layer = 0; ; layer++)
        {
            using var layerScope = NewDisposeScope();
            var block = text.Blocks[layer];
            prefix = prompts?.Before(layer, prefix) ?? prefix;                                            // methods may change P on the way
            var (prefixRows, suffixRows) = (images * prefix.shape[1], suffixes.shape[0] * length);        // B * P, b * N
            var tokens = Rows(prefix, suffixes);                                                          // [1, B * P + b * N, D]
            var normalised = block.Ln1.Forward(tokens);
            var projected = block.Attention.Input.Forward(normalised);                                    // [1, B * P + b * N, 3 D]
            var shared = block.Attention.Split(projected.narrow(1, 0, prefixRows).view(images, -1, 3 * width));                      // [B, H, P, E]
            var own = block.Attention.Split(projected.narrow(1, prefixRows, suffixRows).view(suffixRows / layout.TileLength, -1, 3 * width)); // [b * G, H, W, E]
            var attended = AttendInTiles(shared, own, masks);                                             // [B, N, D]
            var all = suffixes.expand(images, length, width);                                             // [b, N, D] -> [B, N, D]
            if (layer == text.Blocks.Count - 1)
            {
                var beside = prompts?.Beside(layer, normalised.narrow(1, prefixRows, suffixRows).view(images, length, width).index_select(1, ends));
                return scope.MoveToOuter(layerScope.MoveToOuter(block.Complete(all.index_select(1, ends), attended.index_select(1, ends), beside)));
            }

            var prefixAttended = MultiHeadAttention.Attend(shared.Queries, shared.Keys, shared.Values, text.CausalMask(prefix.shape[1]));
            var before = suffixes.shape[0] == images ? tokens : Rows(prefix, all);
            var states = block.Complete(before, Rows(prefixAttended, attended), prompts?.Beside(layer, normalised));                 // [1, B * P + B * N, D]
            (prefix, suffixes) = layerScope.MoveToOuter(
                states.narrow(1, 0, prefixRows).view(images, -1, width),
                states.narrow(1, prefixRows, images * length).view(images, length, width));
        }
    }

    /// <summary>[B, P, D] and [b, N, D] below each other: [1, B * P + b * N, D].</summary>
    private static Tensor Rows(Tensor prefix, Tensor suffixes) => cat([prefix.reshape(1, -1, prefix.shape[2]), suffixes.reshape(1, -1, suffixes.shape[2])], 1);

    /// <summary>Every tile attends to the prefix of its image and to itself.</summary>
    /// <param name="prefix">[B, H, P, E] each.</param>
    /// <param name="own">[b * G, H, W, E] each.</param>
    /// <param name="masks">[G, W, W].</param>
    /// <returns>[B, N, D].</returns>
    private static Tensor AttendInTiles((Tensor Queries, Tensor Keys, Tensor Values) prefix, (Tensor Queries, Tensor Keys, Tensor Values) own, Tensor masks)
    {
        using var scope = NewDisposeScope();
        var (images, heads, prefixLength, width) = (prefix.Keys.shape[0], prefix.Keys.shape[1], prefix.Keys.shape[2], prefix.Keys.shape[3]);
        var (tiles, tileLength) = (masks.shape[0], masks.shape[1]);
        // Nothing of the prefix is masked: [G, W, W] -> [G, W, P + W] -> [B * G, 1, W, P + W]
        var all = nn.functional.pad(masks, [prefixLength, 0]).unsqueeze(1).repeat(images, 1, 1, 1);
        return MultiHeadAttention.Attend(ForAll(own.Queries).flatten(0, 1), Join(prefix.Keys, own.Keys), Join(prefix.Values, own.Values), all) // [B * G, W, D]
            .view(images, tiles * tileLength, heads * width).MoveToOuterDisposeScope();

        // [b * G, H, W, E] -> [B, G, H, W, E]
        Tensor ForAll(Tensor some) => some.unflatten(0, [-1, tiles]).expand(images, tiles, heads, tileLength, width);

        // [B, H, P, E] and [b * G, H, W, E] -> [B * G, H, P + W, E]
        Tensor Join(Tensor shared, Tensor some) => cat([shared.unsqueeze(1).expand(images, tiles, heads, prefixLength, width), ForAll(some)], 3).flatten(0, 1);
    }
}
