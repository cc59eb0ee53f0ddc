using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Calls a generic method whose type arguments are known only at run time.</summary>
internal static class RawTypeCall
{
    private const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    public static TResult Invoke<TResult>(Type owner, object target, string method, Type rawType, params object[] arguments)
        => Invoke<TResult>(owner, target, method, [rawType], arguments);

    public static TResult Invoke<TResult>(Type owner, object target, string method, Type[] rawTypes, params object[] arguments)
    {
        var generic = owner.GetMethods(All).Single(
            candidate => candidate.Name == method && candidate.IsGenericMethodDefinition && candidate.GetGenericArguments().Length == rawTypes.Length);
        return (TResult)generic.MakeGenericMethod(rawTypes).Invoke(target, BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }
}
