using System.Text.Json;
using Microsoft.ML.Loreal.Clip;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>CoOp (Zhou et al., 2022): the words around the class name are learned vectors.</summary>
internal sealed class CoOpMethod(int contextTokens, ClassNamePosition position, bool classSpecific, string? initialText) : PromptMethod
{
    internal const string MethodName = "CoOp";

    /// <inheritdoc/>
    public override string Name => MethodName;

    /// <inheritdoc/>
    internal override StageSettings PublishedStage => new();

    /// <inheritdoc/>
    internal override bool WorksForOtherClasses => !classSpecific;

    /// <inheritdoc/>
    internal override PromptLearner CreateLearner(
        ClipModel model, IPromptVocabulary vocabulary, IReadOnlyList<string> classNames, int attributeTokens, Random random)
    {
        int[] initial = initialText is null ? [] : [.. vocabulary.Encode(ClassTokens.Words(initialText))];
        var layout = new ContextLayout(initialText is null ? contextTokens : initial.Length, position, classSpecific);
        return new ContextLearner(model, vocabulary, classNames, layout, initial, attributeTokens, random);
    }

    /// <inheritdoc/>
    internal override void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WriteNumber("contextTokens", contextTokens);
        writer.WriteString("position", position.ToString());
        writer.WriteBoolean("classSpecific", classSpecific);
        writer.WriteString("initialText", initialText);
    }

    /// <summary>Reads what <see cref="WriteSettings"/> wrote.</summary>
    internal static PromptMethod Read(JsonElement settings) => CoOp(
        settings.GetProperty("contextTokens").GetInt32(),
        Enum.Parse<ClassNamePosition>(settings.GetProperty("position").GetString()!),
        settings.GetProperty("classSpecific").GetBoolean(),
        settings.GetProperty("initialText").GetString());
}

/// <summary>Where the learned context stands in the prompts of CoOp.</summary>
/// <param name="Tokens">n, the number of learned vectors.</param>
/// <param name="Position">Where the class name stands.</param>
/// <param name="ClassSpecific">Whether every class has its own vectors.</param>
internal readonly record struct ContextLayout(int Tokens, ClassNamePosition Position, bool ClassSpecific)
{
    /// <summary>The vectors before the class name.</summary>
    public int BeforeName => Position switch
    {
        ClassNamePosition.End => Tokens,
        ClassNamePosition.Middle => Tokens / 2,
        _ => 0,
    };

    /// <summary>The vectors that all classes share before anything differs between them: these can be in the prefix.</summary>
    public int InPrefix => ClassSpecific ? 0 : BeforeName;
}

/// <summary>
/// CoOp's learned context: start | attribute slots | context and class name in the order of the layout | full stop | end.
/// </summary>
internal sealed class ContextLearner : PromptLearner
{
    private readonly ContextLayout _layout;
    private readonly Parameter _context;   // [n, D], or [C, n, D] when class-specific
    private readonly Tensor _start;        // [1, 1, D]
    private readonly Tensor _words;        // [U, D], the embedded tokens of the suffixes
    private readonly Tensor _suffixRows;   // [C * S] int64, rows of (words, context) that make up the suffixes
    private readonly Tensor _end;          // [C] int64
    private readonly SuffixLayout _suffixLayout;
    private readonly Tensor? _fixedSuffix; // [C, S, D], where no context is in the suffixes
    private readonly long _classes;

    public ContextLearner(
        ClipModel model,
        IPromptVocabulary vocabulary,
        IReadOnlyList<string> classNames,
        ContextLayout layout,
        int[] initialTokens,
        int attributeTokens,
        Random random)
        : base(model)
    {
        var classes = ClassTokens.Of(vocabulary, classNames);
        for (int c = 0; c < classNames.Count; c++)
        {
            int classTokens = classes.Names[c].Length + classes.Tails[c].Length;
            ClassTokens.CheckLength(classNames[c], classTokens, 2L + attributeTokens + layout.Tokens, model.Config.ContextLength);
        }

        _layout = layout;
        _classes = classNames.Count;
        (int[] words, long[] rows, long[] ends) = Arrange(classes, layout, vocabulary.EndOfText);

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Device device = model.Device;
        long width = model.Config.TextWidth;
        _start = model.Text.EmbedTokens([vocabulary.StartOfText]).unsqueeze(0).DetachFromDisposeScope(); // [1, D] -> [1, 1, D]
        _words = model.Text.EmbedTokens(words).DetachFromDisposeScope();
        _suffixRows = tensor(rows, int64, device).DetachFromDisposeScope();
        _end = tensor(ends, int64, device).DetachFromDisposeScope();
        _suffixLayout = new SuffixLayout(ends, rows.Length / _classes, device);
        if (layout.InPrefix == layout.Tokens)
        {
            // [C * S, D] -> [C, S, D]
            _fixedSuffix = _words.index_select(0, _suffixRows).reshape(_classes, -1, width).DetachFromDisposeScope();
        }

        long[] shape = layout.ClassSpecific ? [_classes, layout.Tokens, width] : [layout.Tokens, width];
        _context = initialTokens.Length == 0
            ? LearnedParameter.Noise(random, device, shape)
            : LearnedParameter.From(model.Text.EmbedTokens(initialTokens).expand(shape)); // [n, D], or -> [C, n, D]
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [_context];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Value)> State => [("ctx", _context)];

    /// <inheritdoc/>
    public override PromptParts Prompts(Tensor? attributeTokens)
    {
        long width = Model.Config.TextWidth;
        long images = attributeTokens?.shape[0] ?? 1;
        var prefix = new List<Tensor> { _start.expand(images, 1, width) };
        if (attributeTokens is not null)
        {
            prefix.Add(attributeTokens);
        }

        if (_layout.InPrefix > 0)
        {
            prefix.Add(_context.narrow(0, 0, _layout.InPrefix).unsqueeze(0).expand(images, _layout.InPrefix, width));
        }

        return new PromptParts(cat(prefix, 1), Suffix(), _end, _suffixLayout);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _context.Dispose();
        _start.Dispose();
        _words.Dispose();
        _suffixRows.Dispose();
        _end.Dispose();
        _suffixLayout.Dispose();
        _fixedSuffix?.Dispose();
    }

    private Tensor Suffix()
    {
        if (_fixedSuffix is not null)
        {
            return _fixedSuffix;
        }

        long width = Model.Config.TextWidth;
        Tensor table = cat([_words, _context.reshape(-1, width)], 0);                 // [n, D] or [C, n, D] -> [C * n, D], under the words
        return table.index_select(0, _suffixRows).reshape(_classes, -1, width);    // [C * S, D] -> [C, S, D]
    }

    /// <summary>Writes every class's suffix as rows of one table: the fixed words first, then the context's vectors.</summary>
    private static (int[] Words, long[] Rows, long[] Ends) Arrange(ClassTokens classes, ContextLayout layout, int endOfText)
    {
        var words = new List<int> { endOfText };
        var suffixes = new List<List<long>>();
        for (int c = 0; c < classes.Names.Count; c++)
        {
            int first = layout.ClassSpecific ? c * layout.Tokens : 0;
            List<long> suffix =
            [
                .. Context(first, layout.InPrefix, layout.BeforeName),
                .. classes.Names[c].Select(Word),
                .. Context(first, layout.BeforeName, layout.Tokens),
                .. classes.Tails[c].Select(Word),
                0, // the end token, first of the words
            ];
            suffixes.Add(suffix);
        }

        int length = suffixes.Max(s => s.Count);
        long[] rows = new long[suffixes.Count * length]; // padding is the end token: nothing reads the positions after the end
        for (int c = 0; c < suffixes.Count; c++)
        {
            for (int s = 0; s < suffixes[c].Count; s++)
            {
                // Context vectors were counted from -1 down, as the number of words was not yet known.
                long row = suffixes[c][s];
                rows[c * length + s] = row >= 0 ? row : words.Count - 1 - row;
            }
        }

        return ([.. words], rows, [.. suffixes.Select(s => s.Count - 1L)]);

        long Word(int token)
        {
            words.Add(token);
            return words.Count - 1;
        }

        static IEnumerable<long> Context(int first, int from, int to) => Enumerable.Range(first + from, to - from).Select(i => -1L - i);
    }
}
