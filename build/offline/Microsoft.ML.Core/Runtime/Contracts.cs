using System.Globalization;

namespace Microsoft.ML.Runtime;

/// <summary>Guards and exceptions that carry the component in whose name they are thrown.</summary>
internal static partial class Contracts
{
    public const string IsMarkedKey = "ML_IsMarked";
    public const string SensitivityKey = "ML_Sensitivity";

    public static TException Mark<TException>(TException ex)
        where TException : Exception
    {
        ex.Data[IsMarkedKey] = 1;
        return ex;
    }

    public static bool IsMarked(this Exception ex) => ex.Data.Contains(IsMarkedKey);

    public static TException MarkSensitive<TException>(this TException ex, MessageSensitivity sensitivity)
        where TException : Exception
    {
        var known = ex.Data[SensitivityKey] as MessageSensitivity? ?? MessageSensitivity.None;
        ex.Data[SensitivityKey] = known | sensitivity;
        return ex;
    }

    public static MessageSensitivity Sensitivity(this Exception ex)
        => ex.Data[SensitivityKey] as MessageSensitivity? ?? MessageSensitivity.Unknown;

    public static TException Process<TException>(this TException ex, IExceptionContext ectx = null)
        where TException : Exception
        => ectx is null ? Mark(ex) : ectx.Process(ex);

    public static void CheckAlive(this IHostEnvironment env)
    {
        if (env is ICancelable { IsCanceled: true })
        {
            throw Process(new OperationCanceledException("Operation was canceled."), env);
        }
    }

    private static string Message(string msg, object[] args) => string.Format(CultureInfo.InvariantCulture, msg, args);
}
