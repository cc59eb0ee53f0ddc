using Microsoft.ML.Loreal.Clip;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>
/// The text transformer over prompts that share their beginning, with the same result as running every prompt on its own.
/// </summary>
/// <remarks>
/// The transformer is causal and only its state at the end token is used. So positions after a prompt's end are never computed; the prefix
/// is computed once per image, not once per image and class; and the last layer's result is computed for the end tokens only. Prefixes and
/// suffixes are rows of one matrix, so that a layer reads each of its weights once, which is what a few classes cost; only the attention
/// tells them apart. Letters in the shape comments: B images, C classes, P prefix tokens, G tiles of W suffix tokens each
/// (<see cref="SuffixLayout"/>), N = G * W, D width, H heads, E = D / H. The suffixes are the same for all images until they first attend
/// to a prefix: their leading side, written b, is 1 before that and B after.
/// </remarks>
internal static class SharedPrefixEncoder
{
    // The widest activations of the suffixes, [B, N, 4 D], stay below this many numbers: tiles are computed in as many batches as that
    // takes.
    private const long ActivationLimit = 16 << 20;

    /// <summary>Text features of every prompt, before normalization.</summary>
    /// <param name="text">The text tower.</param>
    /// <param name="parts">The prompts.</param>
    /// <param name="edits">What a method changes inside the tower.</param>
    /// <param name="activationLimit">How many numbers the widest activations of the suffixes may have.</param>
    /// <returns>[B, C, J].</returns>
    public static Tensor Encode(TextTransformer text, PromptParts parts, TowerEdits edits, long activationLimit = ActivationLimit)
    {
        using DisposeScope scope = NewDisposeScope();
        using SuffixLayout? made = parts.Layout is null ? SuffixLayout.Of(parts.End, parts.Suffix.shape[1]) : null;
        SuffixLayout layout = parts.Layout ?? made!;
        parts = Entered(parts, edits);
        (Tensor prefix, Tensor padded) = Placed(text, parts);
        int atOnce = (int)Math.Clamp(activationLimit / (prefix.shape[0] * layout.TileLength * 4 * prefix.shape[2]), 1, layout.TileCount);
        var ends = layout.Batches(atOnce)
            .Select(batch => Ends(text, layout.Tiles(batch.First, batch.Count), padded, prefix, edits))
            .ToList();
        return text.Project(layout.InOrder(cat(ends, 1))).MoveToOuterDisposeScope();                      // [B, C, D] -> [B, C, J]
    }

    /// <summary>Roughly how many numbers a pass keeps for each image until its gradients are computed.</summary>
    public static long RetainedElements(TextTransformer text, PromptParts parts)
    {
        using SuffixLayout? made = parts.Layout is null ? SuffixLayout.Of(parts.End, parts.Suffix.shape[1]) : null;
        SuffixLayout layout = parts.Layout ?? made!;
        return (parts.Prefix.shape[1] + ((long)layout.TileCount * layout.TileLength)) * RetainedElementsPerToken(text);
    }

    /// <summary>
    /// Passes a gradient of the features on to what the parts are made of. The features are computed again, of as many classes at a time as
    /// the memory allows, so that any number of classes can be trained with.
    /// </summary>
    /// <param name="text">The text tower.</param>
    /// <param name="parts">The prompts.</param>
    /// <param name="edits">What a method changes inside the tower.</param>
    /// <param name="gradient">[B, C, J].</param>
    /// <param name="maxElements">How many numbers may be kept at a time; one tile is always computed at once.</param>
    public static void Backward(TextTransformer text, PromptParts parts, TowerEdits edits, Tensor gradient, long maxElements)
    {
        using DisposeScope scope = NewDisposeScope();
        using SuffixLayout? made = parts.Layout is null ? SuffixLayout.Of(parts.End, parts.Suffix.shape[1]) : null;
        SuffixLayout layout = parts.Layout ?? made!;
        parts = Entered(parts, edits);
        long tokens = (maxElements / (RetainedElementsPerToken(text) * parts.Prefix.shape[0])) - parts.Prefix.shape[1];
        foreach ((int first, int count) in layout.Batches((int)Math.Clamp(tokens / layout.TileLength, 1, layout.TileCount)))
        {
            using DisposeScope batch = NewDisposeScope();
            (Tensor prefix, Tensor padded) = Placed(text, parts);
            Tensor features = text.Project(Ends(text, layout.Tiles(first, count), padded, prefix, edits));
            features.backward([gradient.index_select(1, layout.Classes(first, count))], retain_graph: true);
        }
    }

    private static long RetainedElementsPerToken(TextTransformer text)
    {
        // A block keeps, of every token, both norms' inputs, its query, keys and values with its share of the prefix's copies, the
        // attention weights, and the perceptron's inner layer.
        const long widthsPerToken = 13;
        return text.Blocks.Count * widthsPerToken * text.PositionalEmbedding.shape[1];
    }

    /// <summary>The parts with what a method adds where they enter the tower.</summary>
    private static PromptParts Entered(PromptParts parts, TowerEdits edits) =>
        parts with { Prefix = edits.Enter(parts.Prefix), Suffix = edits.Enter(parts.Suffix) };

    /// <summary>The parts with positions: the prefixes [B, P, D] and the padded suffixes [1, C * S, D].</summary>
    private static (Tensor Prefix, Tensor Padded) Placed(TextTransformer text, PromptParts parts)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor positions = text.PositionalEmbedding.narrow(0, parts.Prefix.shape[1], parts.Suffix.shape[1]); // [S, D]
        Tensor padded = (parts.Suffix + positions).flatten(0, 1).unsqueeze(0);                               // [C, S, D] -> [1, C * S, D]
        return scope.MoveToOuter(text.AddPositions(parts.Prefix), padded);
    }

    /// <summary>The states at the ends of the classes in some tiles after the last block: [B, c, D].</summary>
    private static Tensor Ends(
        TextTransformer text, (Tensor Rows, Tensor Masks, Tensor Ends) tiles, Tensor padded, Tensor prefix, TowerEdits edits)
    {
        using DisposeScope scope = NewDisposeScope();
        (long images, long prefixLength, long width) = (prefix.shape[0], prefix.shape[1], prefix.shape[2]);
        (Tensor rows, Tensor masks, Tensor ends) = tiles;
        (long length, long tileLength) = (rows.shape[0], masks.shape[1]);
        long sets = edits.IsEmpty ? 1 : images; // b: in an edited tower each image has suffixes of its own
        Tensor tokens = Rows(prefix, padded.index_select(1, rows).expand(sets, length, width)); // [1, B * P + b * N, D]
        ScalarType type = text.Blocks[0].Attention.Input.Weight.dtype;
        Tensor mask = Mask(masks, images, prefixLength, type);

        for (int layer = 0; ; layer++)
        {
            using Tensor entering = tokens;
            using DisposeScope layerScope = NewDisposeScope();
            ResidualAttentionBlock block = text.Blocks[layer];
            if (edits.Tokens.ContainsKey(layer))
            {
                (tokens, prefixLength) = Edited(edits, layer, tokens, images, prefixLength);
                mask = mask.shape[3] == prefixLength + tileLength ? mask : layerScope.MoveToOuter(Mask(masks, images, prefixLength, type));
            }

            long[] sides = [images * prefixLength, sets * length];
            Tensor normalized = block.Ln1.Forward(tokens);
            // [1, B * P + b * N, D] -> [1, B * P, 3 D] -> [B, P, 3 D] -> [B, H, P, E]
            //                     and -> [1, b * N, 3 D] -> [b * G, W, 3 D] -> [b * G, H, W, E]
            Tensor[] projected = block.Attention.Input.Forward(normalized).split(sides, 1);
            (Tensor Queries, Tensor Keys, Tensor Values) shared = block.Attention.Split(projected[0].view(images, prefixLength, 3 * width));
            (Tensor Queries, Tensor Keys, Tensor Values) own = block.Attention.Split(projected[1].view(-1, tileLength, 3 * width));
            Tensor attended = AttendInTiles(shared, own, mask); // [B, N, D]
            Adapter? adapter = edits.Beside(layer);
            if (layer == text.Blocks.Count - 1)
            {
                Tensor result = block.Complete(AtEnds(tokens), attended.index_select(1, ends), adapter?.Forward(AtEnds(normalized)));
                return scope.MoveToOuter(layerScope.MoveToOuter(result));
            }

            Tensor prefixAttended = MultiHeadAttention.Attend(shared.Queries, shared.Keys, shared.Values, text.CausalMask(prefixLength));
            Tensor before = sets == images ? tokens : Rows(tokens.narrow(1, 0, sides[0]), Suffixes(tokens));
            Tensor after = block.Complete(before, Rows(prefixAttended, attended), adapter?.Forward(normalized)); // [1, B * P + B * N, D]
            tokens = layerScope.MoveToOuter(after);
            sets = images;
        }

        // [1, B * P + b * N, D] -> [B, N, D]
        Tensor Suffixes(Tensor all) =>
            all.narrow(1, images * prefixLength, sets * length).view(sets, length, width).expand(images, length, width);

        // [1, B * P + b * N, D] -> [B, c, D]
        Tensor AtEnds(Tensor all) => Suffixes(all).index_select(1, ends);
    }

    /// <summary>
    /// What a method makes of the prefixes before a block, which may change their length P: [1, B * P + B * N, D] -> [1, B * P' + B * N,
    /// D], and P'.
    /// </summary>
    private static (Tensor Tokens, long PrefixLength) Edited(TowerEdits edits, int layer, Tensor tokens, long images, long prefixLength)
    {
        using DisposeScope scope = NewDisposeScope();
        long prefixRows = images * prefixLength;
        Tensor prefix = tokens.narrow(1, 0, prefixRows).view(images, prefixLength, tokens.shape[2]); // [1, B * P, D] -> [B, P, D]
        Tensor changed = edits.Before(layer, prefix);
        return (Rows(changed, tokens.narrow(1, prefixRows, tokens.shape[1] - prefixRows)).MoveToOuterDisposeScope(), changed.shape[1]);
    }

    /// <summary>Prefixes, B * P rows of width D in any shape, above suffixes, b * N rows: [1, B * P + b * N, D].</summary>
    private static Tensor Rows(Tensor prefix, Tensor suffixes) =>
        cat([prefix.reshape(1, -1, prefix.shape[2]), suffixes.reshape(1, -1, suffixes.shape[2])], 1);

    /// <summary>
    /// The masks [G, W, W] of the tiles for all images, with nothing of the prefix masked: [B * G, 1, W, P + W], in the type that the
    /// attention computes in.
    /// </summary>
    private static Tensor Mask(Tensor masks, long images, long prefixLength, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.pad(masks.to(type), [prefixLength, 0]).unsqueeze(1).repeat(images, 1, 1, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Every tile attends to the prefix of its image and to itself.</summary>
    /// <param name="prefix">[B, H, P, E] each.</param>
    /// <param name="own">[b * G, H, W, E] each.</param>
    /// <param name="mask">[B * G, 1, W, P + W].</param>
    /// <returns>[B, N, D].</returns>
    private static Tensor AttendInTiles(
        (Tensor Queries, Tensor Keys, Tensor Values) prefix, (Tensor Queries, Tensor Keys, Tensor Values) own, Tensor mask)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] shape = prefix.Keys.shape;
        (long images, long heads, long prefixLength, long width) = (shape[0], shape[1], shape[2], shape[3]);
        (long tiles, long tileLength) = (mask.shape[0] / images, mask.shape[2]);
        Tensor queries = ForAll(own.Queries).flatten(0, 1);
        // [B * G, W, D] -> [B, N, D]
        return MultiHeadAttention.Attend(queries, Join(prefix.Keys, own.Keys), Join(prefix.Values, own.Values), mask)
            .view(images, tiles * tileLength, heads * width).MoveToOuterDisposeScope();

        // [b * G, H, W, E] -> [B, G, H, W, E]
        Tensor ForAll(Tensor some) => some.unflatten(0, [-1, tiles]).expand(images, tiles, heads, tileLength, width);

        // [B, H, P, E] and [b * G, H, W, E] -> [B * G, H, P + W, E]
        Tensor Join(Tensor shared, Tensor some) =>
            cat([shared.unsqueeze(1).expand(images, tiles, heads, prefixLength, width), ForAll(some)], 3).flatten(0, 1);
    }
}
