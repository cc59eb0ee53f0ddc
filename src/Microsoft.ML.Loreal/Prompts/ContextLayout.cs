namespace Microsoft.ML.Loreal.Prompts;

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
