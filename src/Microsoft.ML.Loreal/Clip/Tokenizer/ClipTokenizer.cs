using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.Loreal.Text;

namespace Microsoft.ML.Loreal.Clip.Tokenizer;

/// <summary>CLIP's tokenizer: cleans a text, splits it into words and these into byte pairs. Safe for many threads.</summary>
/// <remarks>
/// It equals openai's reference, of whose repair of text (ftfy) it does what names of classes need: composed characters and straight
/// quotation marks. What else ftfy would change, above all wrongly decoded text and full-width forms, stays as it is.
/// </remarks>
internal sealed class ClipTokenizer
{
    private const string SingleQuotes = "\u02bc\u2018\u2019\u201b";
    private const string DoubleQuotes = "\u02ba\u201c\u201d\u201e\u201f";

    private static readonly SearchValues<char> _bentQuotes = SearchValues.Create(SingleQuotes + DoubleQuotes);
    private static readonly string[] _specialTokens = [ClipVocabulary.StartOfTextToken, ClipVocabulary.EndOfTextToken];
    private static readonly string[] _contractions = ["'s", "'\u017f", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private readonly ClipVocabulary _vocabulary;
    private readonly BytePairEncoder _encoder;

    // The longest first, as they stand in a cleaned text.
    private readonly AddedToken[] _added;

    // Whether the model reads a text at its largest token instead of its end.
    private readonly bool _readsLargest;

    public ClipTokenizer(ClipVocabulary vocabulary, int contextLength, bool readsLargest = false)
    {
        _vocabulary = vocabulary;
        _readsLargest = readsLargest;
        _encoder = new BytePairEncoder(vocabulary);
        ContextLength = contextLength;
        StartOfText = vocabulary.StartOfText;
        EndOfText = vocabulary.EndOfText;
        // Class names are read with spaces for underscores, so an added token is known with both.
        _added =
        [
            .. vocabulary.Added.Where(token => !_specialTokens.Contains(token.Content))
                .SelectMany(token => new[] { token, token with { Content = token.Content.Replace('_', ' ') } })
                .Select(token => token with { Content = Clean(token.Content) })
                .Where(token => token.Content.Length > 0)
                .OrderByDescending(token => token.Content.Length),
        ];
    }

    private enum CharacterClass
    {
        Skipped,
        Letter,
        Number,
        Other,
    }

    public int StartOfText { get; }

    public int EndOfText { get; }

    /// <summary>The length of a row of <see cref="Tokenize"/>.</summary>
    public int ContextLength { get; }

    public int VocabularySize => _vocabulary.Tokens.Count;

    /// <summary>What tells the vocabulary from others, for the backbone's identity; null for openai's.</summary>
    public string? Identity => _vocabulary.Identity;

    /// <summary>The tokens of a text, without start and end.</summary>
    public IReadOnlyList<int> Encode(string text)
    {
        var tokens = new List<int>();
        string cleaned = Clean(text);
        int start = 0;
        for (int position = 0; _added.Length > 0 && position < cleaned.Length;)
        {
            int here = position;
            AddedToken? added = Array.Find(
                _added, token => string.CompareOrdinal(cleaned, here, token.Content, 0, token.Content.Length) == 0);
            if (added is null)
            {
                position++;
                continue;
            }

            if (_readsLargest && added.Id > EndOfText)
            {
                throw new ArgumentException(
                    $"'{text}' has the added token '{added.Content}' with the id {added.Id}, above that of the end of a text, {EndOfText}. "
                    + "The model's configuration (eos_token_id 2, or open_clip's argmax) has a text read at its largest id, so it would be "
                    + $"read there and not at its end. If the model was trained to read at the end, set eos_token_id to {EndOfText} in "
                    + "config.json; otherwise leave the token out.",
                    nameof(text));
            }

            EncodePieces(cleaned[start..position], tokens);
            tokens.Add(added.Id);
            position += added.Content.Length;
            start = position;
        }

        EncodePieces(cleaned[start..], tokens);
        return tokens;
    }

    /// <summary>Start, the text's tokens, end, and zeros up to <see cref="ContextLength"/>.</summary>
    /// <exception cref="ArgumentException">The text is longer than the context and <paramref name="truncate"/> is false.</exception>
    public long[] Tokenize(string text, bool truncate = false)
    {
        IReadOnlyList<int> tokens = Encode(text);
        if (tokens.Count + 2 > ContextLength && !truncate)
        {
            throw new ArgumentException(
                $"'{text}' has {tokens.Count} tokens; there is room for {ContextLength - 2} between start and end. Use a shorter text.",
                nameof(text));
        }

        long[] row = new long[ContextLength];
        int count = Math.Min(tokens.Count, ContextLength - 2);
        row[0] = StartOfText;
        for (int i = 0; i < count; i++)
        {
            row[i + 1] = tokens[i];
        }

        row[count + 1] = EndOfText;
        return row;
    }

    /// <summary>The text of tokens; each word is followed by a space.</summary>
    public string Decode(IEnumerable<int> tokens)
    {
        var bytes = new List<byte>();
        foreach (int token in tokens)
        {
            if (token < 0 || token >= VocabularySize)
            {
                throw new ArgumentOutOfRangeException(nameof(tokens), token, $"The vocabulary has the tokens 0 to {VocabularySize - 1}.");
            }

            ByteAlphabet.AppendBytes(_vocabulary.Tokens[token], bytes);
        }

        return Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(bytes)).Replace(ClipVocabulary.WordEnd, " ", StringComparison.Ordinal);
    }

    /// <summary>
    /// Decodes HTML twice, straightens quotation marks, composes characters, makes runs of white space one space, trims, and lowers the
    /// case.
    /// </summary>
    internal static string Clean(string text)
    {
        string decoded = Trim(Straighten(ComposedText.Of(HtmlText.Unescape(HtmlText.Unescape(text)))));
        var result = new StringBuilder(decoded.Length);
        for (int i = 0; i < decoded.Length; i++)
        {
            if (!char.IsWhiteSpace(decoded[i]))
            {
                result.Append(decoded[i]);
            }
            else if (i == 0 || !char.IsWhiteSpace(decoded[i - 1]))
            {
                result.Append(' ');
            }
        }

        return LowerCase.Convert(Trim(result.ToString()));
    }

    private void EncodePieces(string text, List<int> tokens)
    {
        for (int position = 0; position < text.Length;)
        {
            int length = PieceLength(text.AsSpan(position), out CharacterClass kind);
            if (kind != CharacterClass.Skipped)
            {
                string piece = text.Substring(position, length);
                switch (piece)
                {
                    case ClipVocabulary.StartOfTextToken:
                        tokens.Add(StartOfText);
                        break;
                    case ClipVocabulary.EndOfTextToken:
                        tokens.Add(EndOfText);
                        break;
                    default:
                        tokens.AddRange(_encoder.Encode(piece));
                        break;
                }
            }

            position += length;
        }
    }

    /// <summary>Word processors bend quotation marks and apostrophes; CLIP was trained on straight ones.</summary>
    private static string Straighten(string text)
    {
        if (!text.AsSpan().ContainsAny(_bentQuotes))
        {
            return text;
        }

        char[] straight = text.ToCharArray();
        foreach (ref char character in straight.AsSpan())
        {
            character = SingleQuotes.Contains(character, StringComparison.Ordinal) ? '\''
                : DoubleQuotes.Contains(character, StringComparison.Ordinal) ? '"'
                : character;
        }

        return new string(straight);
    }

    private static string Trim(string text)
    {
        ReadOnlySpan<char> rest = text;
        while (rest.Length > 0 && IsTrimmed(rest[0]))
        {
            rest = rest[1..];
        }

        while (rest.Length > 0 && IsTrimmed(rest[^1]))
        {
            rest = rest[..^1];
        }

        return rest.ToString();

        // Python trims the information separators too, though they are not white space to Unicode.
        static bool IsTrimmed(char character) => char.IsWhiteSpace(character) || character is >= '\u001c' and <= '\u001f';
    }

    /// <summary>
    /// The length of the piece at the start: a special token, a contraction's tail, a run of letters, one number character, or a run of
    /// anything else.
    /// </summary>
    private static int PieceLength(ReadOnlySpan<char> text, out CharacterClass kind)
    {
        kind = Classify(text, out int length);
        if (kind is CharacterClass.Skipped or CharacterClass.Number)
        {
            return length;
        }

        if (kind == CharacterClass.Other)
        {
            foreach (string fixedPiece in text[0] == '<' ? _specialTokens : text[0] == '\'' ? _contractions : [])
            {
                if (text.StartsWith(fixedPiece, StringComparison.Ordinal))
                {
                    return fixedPiece.Length;
                }
            }
        }

        while (length < text.Length && Classify(text[length..], out int more) == kind)
        {
            length += more;
        }

        return length;
    }

    private static CharacterClass Classify(ReadOnlySpan<char> text, out int length)
    {
        Rune.DecodeFromUtf16(text, out Rune rune, out length);
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterClass.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Number,
            // The reference's pattern ignores case, and this mark is a case of the letter iota: it is neither a letter nor another
            // character there.
            _ when Rune.IsWhiteSpace(rune) || rune.Value == 0x345 => CharacterClass.Skipped,
            _ => CharacterClass.Other,
        };
    }
}
