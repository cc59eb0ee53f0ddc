using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>
/// LOREAL's attribute slots "S_1 x M | A_1 | ... | S_K x M | A_K": each attribute's words behind M copies of a vector that its meta-net
/// computes from the image.
/// </summary>
internal sealed class AttributeSlots : IDisposable
{
    private readonly Tensor[] _words; // K tensors [1, A_k, D]
    private readonly long _copies;

    /// <summary>Makes the slots with untrained meta-nets.</summary>
    public AttributeSlots(
        ClipModel model, IReadOnlyList<int[]> words, int copies, int hiddenWidth, MetaNetInitialization initialization, Random random)
    {
        _copies = copies;
        TokenCount = Count(words, copies);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _words = [.. words.Select(w => model.Text.EmbedTokens(w).unsqueeze(0).DetachFromDisposeScope())]; // [A, D] -> [1, A, D]
        MetaNets = new MetaNets(
            words.Count, model.Config.EmbedDimension, hiddenWidth, model.Config.TextWidth, initialization, random, model.Device);
    }

    /// <summary>T, the tokens that the slots take in a prompt.</summary>
    public int TokenCount { get; }

    /// <summary>What computes the vectors.</summary>
    public MetaNets MetaNets { get; }

    /// <summary>The parameters that training changes.</summary>
    public IReadOnlyList<Parameter> Parameters => MetaNets.Parameters;

    /// <summary>For each of the T tokens, whose vector it is a copy of, from 0 to K - 1; null for a word.</summary>
    public IEnumerable<int?> Sources => _words.SelectMany(
        (words, k) => Enumerable.Repeat<int?>(k, (int)_copies).Concat(Enumerable.Repeat<int?>(null, (int)words.shape[1])));

    /// <summary>The named tensors that make up the trained state.</summary>
    public IEnumerable<(string Name, Tensor Value)> State => MetaNets.State;

    /// <summary>The tokens of each attribute's words.</summary>
    /// <exception cref="ArgumentException">There is no attribute, or one is blank.</exception>
    public static IReadOnlyList<int[]> Tokenize(IPromptVocabulary vocabulary, IReadOnlyList<string> attributes)
    {
        if (attributes.Count == 0)
        {
            throw new ArgumentException(
                "Attributes is empty; name at least one attribute, or set it to null to train the prompt method alone.",
                nameof(attributes));
        }

        return
        [
            .. attributes.Select(a => vocabulary.Encode(ClassTokens.Words(a ?? "")) is { Count: > 0 } tokens
                ? tokens.ToArray()
                : throw new ArgumentException($"The attribute \"{a}\" has no words.", nameof(attributes))),
        ];
    }

    /// <summary>
    /// The tokens that slots for these words take in a prompt; no more than an int can say, which no prompt has room for.
    /// </summary>
    public static int Count(IReadOnlyList<int[]> words, int copies) => (int)Math.Min(words.Sum(w => (long)w.Length + copies), int.MaxValue);

    /// <summary>The vectors S_k of every image.</summary>
    /// <param name="features">[B, J], normalized image features.</param>
    /// <returns>[B, K, D].</returns>
    public Tensor Vectors(Tensor features) => MetaNets.Forward(features);

    /// <summary>The tokens that stand after the start token.</summary>
    /// <param name="vectors">[B, K, D], as <see cref="Vectors"/> gives them.</param>
    /// <returns>[B, T, D].</returns>
    public Tensor Tokens(Tensor vectors)
    {
        using DisposeScope scope = NewDisposeScope();
        (long images, long width) = (vectors.shape[0], vectors.shape[2]);
        var parts = new Tensor[2 * _words.Length];
        for (int k = 0; k < _words.Length; k++)
        {
            parts[2 * k] = vectors.narrow(1, k, 1).expand(images, _copies, width);             // [B, 1, D] -> [B, M, D]
            parts[2 * k + 1] = _words[k].expand(images, _words[k].shape[1], width);            // [1, A_k, D] -> [B, A_k, D]
        }

        return cat(parts, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Copies saved values into the state.</summary>
    public void Load(Func<string, Tensor> values) => NamedState.Load(State, values);

    /// <inheritdoc/>
    public void Dispose()
    {
        MetaNets.Dispose();
        foreach (Tensor words in _words)
        {
            words.Dispose();
        }
    }
}
