using Microsoft.ML.Loreal.Clip;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>
/// A template such as "a photo of a {}." filled with every class name, cut where the classes begin to differ: start | attribute slots |
/// learned context | the words that all classes begin with || class name, rest, end.
/// </summary>
internal sealed class SentencePrompts : IDisposable
{
    private readonly Tensor _start;  // [1, 1, D]
    private readonly Tensor _words;  // [1, P, D], the common words after those that the context replaces; P may be 0
    private readonly Tensor _suffix; // [C, S, D]
    private readonly Tensor _end;    // [C] int64
    private readonly SuffixLayout _layout;

    /// <summary>Tokenizes and embeds the sentences.</summary>
    /// <param name="model">The frozen CLIP.</param>
    /// <param name="vocabulary">How text becomes tokens.</param>
    /// <param name="classNames">The class names as the user gave them.</param>
    /// <param name="template">The sentence, with {} where the class name goes.</param>
    /// <param name="otherTokens">
    /// The tokens of attribute slots and whatever else joins a sentence, beside start, words and end; they need room in the context.
    /// </param>
    /// <param name="replacedWords">The leading tokens of the sentence that a learned context of as many vectors takes the place of.</param>
    /// <exception cref="ArgumentException">
    /// A class name cannot be used, a prompt is too long, or the template has fewer common words than are replaced.
    /// </exception>
    public SentencePrompts(
        ClipModel model,
        IPromptVocabulary vocabulary,
        IReadOnlyList<string> classNames,
        string template,
        int otherTokens = 0,
        int replacedWords = 0)
    {
        int[][] sentences = ClassTokens.Sentences(vocabulary, classNames, template);
        for (int c = 0; c < sentences.Length; c++)
        {
            ClassTokens.CheckLength(classNames[c], sentences[c].Length, 2 + otherTokens, model.Config.ContextLength);
        }

        int common = 0;
        while (sentences.All(s => s.Length > common && s[common] == sentences[0][common]))
        {
            common++;
        }

        if (common < replacedWords)
        {
            throw new ArgumentException(
                $"The template \"{template}\" begins with {common} tokens before the class name, fewer than the {replacedWords} context "
                + "tokens that take their place.",
                nameof(template));
        }

        int length = sentences.Max(s => s.Length) - common + 1;
        long[] suffixes = new long[sentences.Length * length];
        Array.Fill(suffixes, vocabulary.EndOfText);
        for (int c = 0; c < sentences.Length; c++)
        {
            for (int s = common; s < sentences[c].Length; s++)
            {
                suffixes[c * length + s - common] = sentences[c][s];
            }
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Device device = model.Device;
        // [1 + P, D] -> [1, 1 + P, D]
        Tensor embedded = model.Text.EmbedTokens([vocabulary.StartOfText, .. sentences[0].Take(common)]).unsqueeze(0);
        _start = embedded.narrow(1, 0, 1).clone().DetachFromDisposeScope();
        _words = embedded.narrow(1, 1 + replacedWords, common - replacedWords).clone().DetachFromDisposeScope();
        _suffix = model.Text.Embed(tensor(suffixes, [sentences.Length, length], int64, device)).DetachFromDisposeScope();
        long[] ends = Array.ConvertAll(sentences, s => (long)(s.Length - common));
        _end = tensor(ends, int64, device).DetachFromDisposeScope();
        _layout = new SuffixLayout(ends, length, device);
    }

    /// <summary>The prompts.</summary>
    /// <param name="attributeTokens">[B, T, D]; null for one set of prompts without attributes.</param>
    /// <param name="context">[n, D], what takes the place of the replaced words; null where none are replaced.</param>
    public PromptParts Parts(Tensor? attributeTokens, Tensor? context = null)
    {
        long images = attributeTokens?.shape[0] ?? 1;
        var prefix = new List<Tensor> { _start.expand(images, -1, -1) };
        if (attributeTokens is not null)
        {
            prefix.Add(attributeTokens);
        }

        if (context is not null)
        {
            prefix.Add(context.unsqueeze(0).expand(images, -1, -1)); // [n, D] -> [B, n, D]
        }

        prefix.Add(_words.expand(images, -1, -1));
        return new PromptParts(cat(prefix, 1), _suffix, _end, _layout);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _start.Dispose();
        _words.Dispose();
        _suffix.Dispose();
        _end.Dispose();
        _layout.Dispose();
    }
}
