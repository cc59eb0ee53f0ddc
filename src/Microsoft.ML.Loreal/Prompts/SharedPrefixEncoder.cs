using static TorchSharp.torch;

namespace Microsoft.ML.Loreal;

/// <summary>
/// The text transformer over prompts that share their beginning, with the same result as running every prompt on its own.
/// </summary>
/// <remarks>
/// The transformer is causal and only its state at the end token is used. So positions after the longest prompt's end are never computed; the keys and values of
/// the prefix are computed once per image and layer, not once per image and class; and the last layer has one query per prompt.
/// Letters in the shape comments: B images, C classes, P prefix tokens, S suffix tokens, T queries of a suffix (S, or 1 in the last layer), D width, H heads, E = D / H.
/// The suffixes are the same for all images until they first attend to a prefix: their leading side, written b, is 1 before that and B after.
/// </remarks>
internal static class SharedPrefixEncoder
{
    /// <summary>Text features of every prompt, before normalisation.</summary>
    /// <returns>[B, C, J].</returns>
    public static Tensor Encode(TextTransformer text, PromptParts parts)
    {
        using var scope = NewDisposeScope();
        var (prefixLength, suffixLength) = (parts.Prefix.shape[1], parts.Suffix.shape[1]);
        var prefix = text.AddPositions(parts.Prefix);                                                     // [B, P, D]
        var suffixPositions = text.PositionalEmbedding.narrow(0, prefixLength, suffixLength);             // [S, D]
        var suffix = (parts.Suffix + suffixPositions).unsqueeze(0);                                       // [C, S, D] -> [1, C, S, D]
        var prefixMask = text.CausalMask(prefixLength);                                                   // [P, P]
        var suffixMask = text.CausalMask(suffixLength);                                                   // [S, S]

        var last = text.Blocks.Count - 1;
        for (var layer = 0; layer < last; layer++)
        {
            (prefix, suffix) = Block(text.Blocks[layer], prefix, suffix, prefixMask, suffixMask);
        }

        var ends = LastBlock(text.Blocks[last], prefix, suffix, suffixMask, parts.End);                   // [B, C, D]
        return text.Project(ends).MoveToOuterDisposeScope();                                              // [B, C, J]
    }

    private static (Tensor Prefix, Tensor Suffix) Block(
        ResidualAttentionBlock block, Tensor prefix, Tensor suffix, Tensor prefixMask, Tensor suffixMask)
    {
        using var scope = NewDisposeScope();
        var (images, classes, suffixLength) = (prefix.shape[0], suffix.shape[1], suffix.shape[2]);
        var (prefixQueries, prefixKeys, prefixValues) = block.Attention.Project(block.Ln1.Forward(prefix));
        var flat = block.Ln1.Forward(suffix).reshape(suffix.shape[0], classes * suffixLength, -1);        // [b, C, S, D] -> [b, C * S, D]
        var (queries, keys, values) = block.Attention.Project(flat);

        var newPrefix = Complete(block, prefix, MultiHeadAttention.Attend(prefixQueries, prefixKeys, prefixValues, prefixMask));
        var newSuffix = Complete(block, suffix, Attend(queries, keys, values, prefixKeys, prefixValues, suffixMask, images, classes));
        return scope.MoveToOuter(newPrefix, newSuffix);
    }

    private static Tensor LastBlock(ResidualAttentionBlock block, Tensor prefix, Tensor suffix, Tensor suffixMask, Tensor end)
    {
        using var scope = NewDisposeScope();
        var (images, classes, suffixLength, width) = (prefix.shape[0], suffix.shape[1], suffix.shape[2], suffix.shape[3]);
        var (prefixKeys, prefixValues) = block.Attention.KeysAndValues(block.Ln1.Forward(prefix));

        var flat = suffix.reshape(suffix.shape[0], classes * suffixLength, width);                        // [b, C, S, D] -> [b, C * S, D]
        var rows = arange(classes, ScalarType.Int64, suffix.device) * suffixLength + end;                 // [C]
        var ends = flat.index_select(1, rows);                                                            // [b, C, D]
        var endMask = suffixMask.index_select(0, end).unsqueeze(1);                                       // [C, S] -> [C, 1, S]
        var (keys, values) = block.Attention.KeysAndValues(block.Ln1.Forward(flat));                      // [b, H, C * S, E]
        var queries = block.Attention.Queries(block.Ln1.Forward(ends));                                   // [b, H, C, E]

        var attended = Attend(queries, keys, values, prefixKeys, prefixValues, endMask, images, classes); // [B, C, 1, D]
        return Complete(block, ends, attended.squeeze(2)).MoveToOuterDisposeScope();                      // [B, C, D]
    }

    /// <summary>What follows the attention in a block: its projection, the perceptron, and both sums.</summary>
    private static Tensor Complete(ResidualAttentionBlock block, Tensor states, Tensor attended)
    {
        var sum = states + block.Attention.Output.Forward(attended);
        return sum + block.Perceptron(block.Ln2.Forward(sum));
    }

    /// <summary>Every suffix attends to the prefix of its image and to itself.</summary>
    /// <param name="queries">[b, H, C * T, E].</param>
    /// <param name="keys">[b, H, C * S, E].</param>
    /// <param name="values">[b, H, C * S, E].</param>
    /// <param name="prefixKeys">[B, H, P, E].</param>
    /// <param name="prefixValues">[B, H, P, E].</param>
    /// <param name="mask">[T, S] or [C, 1, S], added to the scores within a suffix.</param>
    /// <param name="images">B.</param>
    /// <param name="classes">C.</param>
    /// <returns>[B, C, T, D].</returns>
    private static Tensor Attend(
        Tensor queries, Tensor keys, Tensor values, Tensor prefixKeys, Tensor prefixValues, Tensor mask, long images, long classes)
    {
        var (side, heads, width) = (queries.shape[0], queries.shape[1], queries.shape[3]);
        var (queryLength, suffixLength, prefixLength) = (queries.shape[2] / classes, keys.shape[2] / classes, prefixKeys.shape[2]);

        var scaled = queries / Math.Sqrt(width);
        var toPrefix = scaled.matmul(prefixKeys.transpose(-1, -2))                                        // [B, H, C * T, P]
            .reshape(images, heads, classes, queryLength, prefixLength);                                  // -> [B, H, C, T, P]
        var ownQueries = scaled.reshape(side, heads, classes, queryLength, width);                        // [b, H, C * T, E] -> [b, H, C, T, E]
        var ownKeys = keys.reshape(side, heads, classes, suffixLength, width);                            // [b, H, C * S, E] -> [b, H, C, S, E]
        var ownValues = values.reshape(side, heads, classes, suffixLength, width);
        var toOwn = (ownQueries.matmul(ownKeys.transpose(-1, -2)) + mask)                                 // [b, H, C, T, S]
            .expand(images, heads, classes, queryLength, suffixLength);                                   // -> [B, H, C, T, S]

        var weights = cat([toPrefix, toOwn], -1).softmax(-1);                                             // [B, H, C, T, P + S]
        var fromPrefix = weights.narrow(-1, 0, prefixLength)
            .reshape(images, heads, classes * queryLength, prefixLength)                                  // [B, H, C, T, P] -> [B, H, C * T, P]
            .matmul(prefixValues)                                                                         // [B, H, C * T, E]
            .reshape(images, heads, classes, queryLength, width);                                         // -> [B, H, C, T, E]
        var fromOwn = weights.narrow(-1, prefixLength, suffixLength).matmul(ownValues);                   // [B, H, C, T, E]
        return (fromPrefix + fromOwn).permute(0, 2, 3, 1, 4).reshape(images, classes, queryLength, -1);   // [B, C, T, H, E] -> [B, C, T, D]
    }
}
