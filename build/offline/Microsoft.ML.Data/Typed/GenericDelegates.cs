using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Calls of generic methods whose type argument is only known at run time.</summary>
internal static class GenericDelegates
{
    private static readonly MethodInfo s_annotationGetter = typeof(DataViewSchema.Annotations).GetMethod(nameof(DataViewSchema.Annotations.GetGetter));
    private static readonly MethodInfo s_rowGetter = typeof(DataViewRow).GetMethod(nameof(DataViewRow.GetGetter));

    public static Delegate Getter(DataViewSchema.Annotations annotations, DataViewSchema.Column column)
        => (Delegate)Invoke(s_annotationGetter.MakeGenericMethod(column.Type.RawType), annotations, column);

    public static Delegate Getter(DataViewRow row, DataViewSchema.Column column)
        => (Delegate)Invoke(s_rowGetter.MakeGenericMethod(column.Type.RawType), row, column);

    /// <summary>Calls the static generic method <paramref name="name"/> of <paramref name="owner"/> for the given type arguments.</summary>
    public static object InvokeStatic(Type owner, string name, Type[] typeArguments, params object[] arguments)
        => Invoke(owner.GetMethod(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).MakeGenericMethod(typeArguments), null, arguments);

    private static object Invoke(MethodInfo method, object target, params object[] arguments)
        => method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, arguments, null);
}
