namespace Microsoft.ML;

/// <summary>Errors that name the part of the model in which something is wrong: the innermost one, once.</summary>
internal static class DamagedPart
{
    private const string NamedKey = "ModelPart";

    /// <summary>Whether nobody has said yet which part it is; InvalidDataException comes from those who have.</summary>
    public static bool IsUnnamed(Exception problem) => (problem is FormatException or EndOfStreamException) && !problem.Data.Contains(NamedKey);

    public static FormatException Format(string part, Exception inner) => Named(part, new FormatException(MessageOf(part, inner), inner));

    public static InvalidDataException Data(string part, Exception inner) => new(MessageOf(part, inner), inner);

    public static TException Named<TException>(string part, TException problem)
        where TException : Exception
    {
        problem.Data[NamedKey] = part;
        return problem;
    }

    private static string MessageOf(string part, Exception inner) => $"The part '{part}' of the model is damaged: {inner.Message}";
}
