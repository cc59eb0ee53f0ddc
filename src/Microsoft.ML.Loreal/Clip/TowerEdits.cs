using System.Collections.ObjectModel;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>
/// What a prompt method changes inside one tower, as data: the towers apply it, and whoever writes a tower in another form reads the same
/// object. It serves one pass, as its tensors may be computed from what learns. Blocks are counted from 0. In the text tower tokens are
/// edited in the prefix that all classes share, and adapters see prefix and suffixes alike.
/// </summary>
internal sealed record TowerEdits
{
    /// <summary>No edits.</summary>
    public static TowerEdits None { get; } = new();

    /// <summary>
    /// What is added to all that enters the tower: in the text tower to the embeddings before they have positions, in the image tower to
    /// the tokens that enter the first block. Null for nothing.
    /// </summary>
    public Adapter? AtEntry { get; init; }

    /// <summary>The tokens that are put into the sequence before a block.</summary>
    public IReadOnlyDictionary<int, TokenEdit> Tokens { get; init; } = ReadOnlyDictionary<int, TokenEdit>.Empty;

    /// <summary>
    /// What is computed from the input of a block, after its first layer normalization, and added to the block's output.
    /// </summary>
    public IReadOnlyDictionary<int, Adapter> Adapters { get; init; } = ReadOnlyDictionary<int, Adapter>.Empty;

    /// <summary>Whether the tower is as it was.</summary>
    public bool IsEmpty => AtEntry is null && Tokens.Count == 0 && Adapters.Count == 0;

    /// <summary>Tokens that are inserted before a block, and others that take their place before each of the next blocks.</summary>
    /// <param name="block">The block that the first of them enter.</param>
    /// <param name="position">Where they are inserted.</param>
    /// <param name="tokens">[n, D] for each of the blocks.</param>
    public static TowerEdits Insert(int block, Index position, IReadOnlyList<Tensor> tokens)
    {
        long count = tokens[0].shape[0];
        Index place = position.IsFromEnd ? ^(position.Value + (int)count) : position;
        return new TowerEdits
        {
            Tokens = tokens
                .Select((own, i) => (block + i, i == 0 ? new TokenEdit(own, position, 0) : new TokenEdit(own, place, count)))
                .ToDictionary(),
        };
    }

    /// <summary>Tokens that take the place of those that come out of the block before, before each of some blocks.</summary>
    /// <param name="block">The first of the blocks.</param>
    /// <param name="position">Where the first of the tokens stands.</param>
    /// <param name="tokens">[n, D] for each of the blocks.</param>
    public static TowerEdits Replace(int block, Index position, IReadOnlyList<Tensor> tokens) => new()
    {
        Tokens = tokens.Select((own, i) => (block + i, new TokenEdit(own, position, own.shape[0]))).ToDictionary(),
    };

    /// <summary>What enters the tower, with what is added there: [b, T, D] -> [b, T, D].</summary>
    public Tensor Enter(Tensor x) => AtEntry is null ? x : x + AtEntry.Forward(x);

    /// <summary>The sequence that enters a block: [B, T, D] -> [B, T', D], the same tensor where no tokens are edited.</summary>
    public Tensor Before(int block, Tensor sequence) => Tokens.TryGetValue(block, out TokenEdit? edit) ? edit.Apply(sequence) : sequence;

    /// <summary>What stands beside a block; null for nothing.</summary>
    public Adapter? Beside(int block) => Adapters.GetValueOrDefault(block);
}

/// <summary>Tokens that a prompt method puts into a tower's sequence.</summary>
/// <param name="Tokens">[n, D], the same for every sequence.</param>
/// <param name="Position">
/// Where in the sequence as it comes the first of them stands: counted from its start, or from its end, where ^0 is behind all.
/// </param>
/// <param name="Replaced">The tokens from there on whose place they take; 0 where they are inserted.</param>
internal sealed record TokenEdit(Tensor Tokens, Index Position, long Replaced)
{
    /// <summary>[B, T, D] -> [B, T + n - replaced, D].</summary>
    public Tensor Apply(Tensor sequence)
    {
        using DisposeScope scope = NewDisposeScope();
        long length = sequence.shape[1];
        long start = Position.GetOffset((int)length);
        long end = start + Replaced;
        Tensor own = Tokens.unsqueeze(0).expand(sequence.shape[0], -1, -1); // [n, D] -> [B, n, D]
        Tensor before = sequence.narrow(1, 0, start);
        return cat(end == length ? [before, own] : [before, own, sequence.narrow(1, end, length - end)], 1).MoveToOuterDisposeScope();
    }
}

/// <summary>A learned bottleneck beside a tower: s up(relu(shared(relu(down(x))))).</summary>
/// <param name="Down">[r, D] and [r].</param>
/// <param name="Shared">[r, r] and [r].</param>
/// <param name="Up">[D, r] and [D].</param>
/// <param name="Scale">s.</param>
/// <param name="GradientFactor">
/// What the gradients of the weights and biases are multiplied by; that of the input is the true one, and no value depends on it.
/// </param>
internal sealed record Adapter(
    (Tensor Weight, Tensor Bias) Down,
    (Tensor Weight, Tensor Bias) Shared,
    (Tensor Weight, Tensor Bias) Up,
    float Scale,
    double GradientFactor = 1)
{
    /// <summary>[..., D] -> [..., D].</summary>
    public Tensor Forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor inner = Linear(x, Down).relu(); // [..., D] -> [..., r]
        inner = Linear(inner, Shared).relu();
        return (Linear(inner, Up) * Scale).MoveToOuterDisposeScope();
    }

    private Tensor Linear(Tensor x, (Tensor Weight, Tensor Bias) layer) =>
        nn.functional.linear(x, Scaled(layer.Weight), Scaled(layer.Bias));

    // The difference is exactly 0, so the value is the parameter's, whatever the factor.
    private Tensor Scaled(Tensor parameter) => GradientFactor == 1 || !parameter.requires_grad
        ? parameter
        : parameter.detach() + ((parameter - parameter.detach()) * GradientFactor);
}
