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
        using var made = parts.Layout is null ? SuffixLayout.Of(parts.End, parts.Suffix.shape[1]) : null;
        var layout = parts.Layout ?? made!;
        return (parts.Prefix.shape[1] + ((long)layout.TileCount * layout.TileLength)) * NumbersKeptPerToken(text);
    }

    /// <summary>
    /// Passes a gradient of the features on to what the parts are made of. The features are computed again, of as many classes at a time as the memory allows, so that any number of
    /// classes can be trained with.
    /// </summary>
    /// <param name="text">The text tower.</param>
    /// <param name="parts">The prompts.</param>
    /// <param name="prompts">What a method changes inside the tower.</param>
    /// <param name="gradient">[B, C, J].</param>
    /// <param name="numbersKept">How many numbers may be kept at a time; one tile is always computed at once.</param>
    public static void Backward(TextTransformer text, PromptParts parts, ITowerPrompts? prompts, Tensor gradient, long numbersKept)
    {
        using var scope = NewDisposeScope();
        using var made = parts.Layout is null ? SuffixLayout.Of(parts.End, parts.Suffix.shape[1]) : null;
        var layout = parts.Layout ?? made!;
        var tokens = (numbersKept / (NumbersKeptPerToken(text) * parts.Prefix.shape[0])) - parts.Prefix.shape[1];
        foreach (var (first, count) in layout.Turns((int)Math.Clamp(tokens / layout.TileLength, 1, layout.TileCount)))
        {
            using var turn = NewDisposeScope();
            var (prefix, padded) = Placed(text, parts);
            text.Project(Ends(text, layout.Tiles(first, count), padded, prefix, prompts)).backward([gradient.index_select(1, layout.Classes(first, count))], retain_graph: true);
        }
    }

    /// <summary>As <see cref="Encode(TextTransformer, PromptParts, ITowerPrompts?)"/>, with another limit.</summary>
    internal static Tensor Encode(TextTransformer text, PromptParts parts, ITowerPrompts? prompts, long activationLimit)
    {
        using var scope = NewDisposeScope();
        using var made = parts.Layout is null ? SuffixLayout.Of(parts.End, parts.Suffix.shape[1]) : null;
        var layout = parts.Layout ?? made!;
        var (prefix, padded) = Placed(text, parts);
        var atOnce = (int)Math.Clamp(activationLimit / (prefix.shape[0] * layout.TileLength * 4 * prefix.shape[2]), 1, layout.TileCount);
        var ends = layout.Turns(atOnce).Select(turn => Ends(text, layout.Tiles(turn.First, turn.Count), padded, prefix, prompts)).ToList();
        return text.Project(layout.InOrder(cat(ends, 1))).MoveToOuterDisposeScope();                      // [B, C, D] -> [B, C, J]
    }

    private static long NumbersKeptPerToken(TextTransformer text)
    {
        // A block keeps, of every token, both norms' inputs, its query, keys and values with its share of the prefix's copies, the attention weights, and the perceptron's inner layer.
        const long widthsPerToken = 13;
        return text.Blocks.Count * widthsPerToken * text.PositionalEmbedding.shape[1];
    }

    /// <summary>The parts with positions: the prefixes [B, P, D] and the padded suffixes [1, C * S, D].</summary>
    private static (Tensor Prefix, Tensor Padded) Placed(TextTransformer text, PromptParts parts)
    {
        using var scope = NewDisposeScope();
        var positions = text.PositionalEmbedding.narrow(0, parts.Prefix.shape[1], parts.Suffix.shape[1]); // [S, D]
        var padded = (parts.Suffix + positions).flatten(0, 1).unsqueeze(0);                               // [C, S, D] -> [1, C * S, D]
        return scope.MoveToOuter(text.AddPositions(parts.Prefix), padded);
    }

    /// <summary>The states at the ends of the classes in some tiles after the last block: [B, c, D].</summary>
    private static Tensor Ends(TextTransformer text, (Tensor Rows, Tensor Masks, Tensor Ends) tiles, Tensor padded, Tensor prefix, ITowerPrompts? prompts)
    {
        using var scope = NewDisposeScope();
        var (images, width) = (prefix.shape[0], prefix.shape[2]);
        var (rows, masks, ends) = tiles;
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
            var own = block.Attention.Split(projected.narrow(1, prefixRows, suffixRows).view(-1, masks.shape[1], 3 * width));        // [b * G, H, W, E]
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
