namespace Microsoft.ML.Loreal;

/// <summary>Where the class name stands among the learned context tokens of a prompt.</summary>
public enum ClassNamePosition
{
    /// <summary>After the context: "ctx ctx ctx ctx name."</summary>
    End,

    /// <summary>Between the two halves of the context: "ctx ctx name ctx ctx."</summary>
    Middle,

    /// <summary>Before the context: "name ctx ctx ctx ctx."</summary>
    Front,
}
