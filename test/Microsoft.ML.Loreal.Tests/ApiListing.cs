using System.Globalization;
using System.Reflection;
using System.Text;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>
/// Composes the API listing of an assembly: one line per type and member that code in another,
/// non-friend assembly can see, sorted ordinally. The line format is described in the README next
/// to the committed listings. Plain reflection only, so that the file can be linked into a test.
/// </summary>
internal static class ApiListing
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic |
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static List<string> Of(Assembly assembly)
    {
        var lines = new List<string>();
        foreach (var type in assembly.GetTypes().Where(IsVisible))
            AddType(lines, type);
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    /// <summary>Public, or nested public/protected all the way out.</summary>
    public static bool IsVisible(Type type)
    {
        if (type.HasElementType)
            return IsVisible(type.GetElementType()!);
        if (type.IsGenericParameter)
            return true;
        if (type.IsConstructedGenericType && !type.GetGenericArguments().All(IsVisible))
            return false;
        return type.IsNested
            ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!)
            : type.IsPublic;
    }

    private static void AddType(List<string> lines, Type type)
    {
        var name = TypeName(type);
        var declared = TypeName(type, variance: true);
        if (IsDelegate(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            lines.Add($"T:{declared} | {Access(type)} delegate | ({Parameters(invoke, false)}) : {ReturnType(invoke)}{Constraints(type.GetGenericArguments(), type)}");
            return;
        }

        var line = new StringBuilder($"T:{declared} | {TypeFlags(type)}");
        if (type.IsEnum)
        {
            line.Append(" | base=").Append(TypeName(Enum.GetUnderlyingType(type)));
        }
        else
        {
            if (type.IsClass && type.BaseType != null && type.BaseType != typeof(object))
                line.Append(" | base=").Append(TypeName(type.BaseType));
            var interfaces = type.GetInterfaces().Where(IsVisible).Select(t => TypeName(t)).OrderBy(x => x, StringComparer.Ordinal).ToArray();
            if (interfaces.Length > 0)
                line.Append(" | interfaces=").Append(string.Join(", ", interfaces));
        }

        line.Append(Constraints(type.GetGenericArguments(), type));
        lines.Add(line.ToString());

        foreach (var field in type.GetFields(Declared).Where(f => Visible(f.Attributes)))
        {
            if (field.IsSpecialName && type.IsEnum)
                continue;
            lines.Add(Field(name, type, field));
        }

        foreach (var ctor in type.GetConstructors(Declared).Where(c => Visible(c.Attributes) && !c.IsStatic))
            lines.Add($"C:{name}({Parameters(ctor, false)}) | {MethodFlags(ctor, type)}{Obsolete(ctor)}");

        foreach (var property in type.GetProperties(Declared))
            AddProperty(lines, name, type, property);

        foreach (var ev in type.GetEvents(Declared))
        {
            var add = ev.GetAddMethod(true);
            if (add != null && Visible(add.Attributes))
                lines.Add($"E:{name}.{ev.Name} : {TypeName(ev.EventHandlerType!)} | {MethodFlags(add, type)}{Obsolete(ev)}");
        }

        foreach (var method in type.GetMethods(Declared).Where(m => Visible(m.Attributes)))
        {
            if (method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal))
                continue;
            if (method.Name == "Finalize" && method.GetParameters().Length == 0)
                continue;
            if (HasAttribute(method, "System.Runtime.CompilerServices.CompilerGeneratedAttribute"))
                continue;
            var generics = method.IsGenericMethodDefinition
                ? "<" + string.Join(",", method.GetGenericArguments().Select(a => a.Name)) + ">" : "";
            var extension = HasAttribute(method, "System.Runtime.CompilerServices.ExtensionAttribute");
            lines.Add($"M:{name}.{method.Name}{generics}({Parameters(method, extension)}) : {ReturnType(method)} | " +
                $"{MethodFlags(method, type)}{Obsolete(method)}{Constraints(method.IsGenericMethodDefinition ? method.GetGenericArguments() : Type.EmptyTypes, null)}");
        }
    }

    private static void AddProperty(List<string> lines, string typeName, Type type, PropertyInfo property)
    {
        var getter = property.GetGetMethod(true);
        var setter = property.GetSetMethod(true);
        if (getter != null && !Visible(getter.Attributes))
            getter = null;
        if (setter != null && !Visible(setter.Attributes))
            setter = null;
        var main = getter ?? setter;
        if (main == null)
            return;
        if (getter != null && setter != null && !getter.IsPublic && setter.IsPublic)
            main = setter;
        var index = property.GetIndexParameters();
        var brackets = index.Length == 0 ? "" : "[" + string.Join(", ", index.Select(p => Parameter(p))) + "]";
        var accessors = new StringBuilder("{ ");
        foreach (var accessor in new[] { getter, setter })
        {
            if (accessor == null)
                continue;
            if (accessor != main && Access(accessor.Attributes) != Access(main.Attributes))
                accessors.Append(Access(accessor.Attributes)).Append(' ');
            accessors.Append(accessor == getter ? "get; " : IsInitOnly(accessor) ? "init; " : "set; ");
        }

        accessors.Append('}');
        var reference = property.PropertyType.IsByRef
            ? (getter != null && HasModifier(getter.ReturnParameter, "System.Runtime.InteropServices.InAttribute") ? "ref readonly " : "ref ") +
                TypeName(property.PropertyType.GetElementType()!)
            : TypeName(property.PropertyType);
        lines.Add($"P:{typeName}.{property.Name}{brackets} : {reference} {accessors} | {MethodFlags(main, type)}{Obsolete(property)}");
    }

    private static string Field(string typeName, Type type, FieldInfo field)
    {
        var flags = new List<string> { Access(field.Attributes) };
        if (field.IsLiteral)
            flags.Add("const");
        else if (field.IsStatic)
            flags.Add("static");
        if (field.IsInitOnly)
            flags.Add("readonly");
        var value = field.IsLiteral ? " = " + Literal(field.GetRawConstantValue()) : "";
        return $"F:{typeName}.{field.Name} : {TypeName(field.FieldType)}{value} | {string.Join(' ', flags)}{Obsolete(field)}";
    }

    private static string TypeFlags(Type type)
    {
        var flags = new List<string> { Access(type) };
        if (type.IsEnum)
        {
            flags.Add("enum");
            if (HasAttribute(type, "System.FlagsAttribute"))
                flags.Add("[flags]");
        }
        else if (type.IsInterface)
        {
            flags.Add("interface");
        }
        else if (type.IsValueType)
        {
            if (HasAttribute(type, "System.Runtime.CompilerServices.IsReadOnlyAttribute"))
                flags.Add("readonly");
            if (type.IsByRefLike)
                flags.Add("ref");
            flags.Add("struct");
        }
        else
        {
            if (type.IsAbstract && type.IsSealed)
                flags.Add("static");
            else if (type.IsAbstract)
                flags.Add("abstract");
            else if (type.IsSealed)
                flags.Add("sealed");
            flags.Add("class");
        }

        if (Closed(type))
            flags.Add("[closed]");
        return string.Join(' ', flags) + Obsolete(type);
    }

    /// <summary>
    /// True for an unsealed class or an interface which code outside the assembly (and its friends)
    /// cannot derive from or implement: no visible constructor, or an abstract member it cannot see.
    /// </summary>
    private static bool Closed(Type type)
    {
        if (type.IsInterface)
            return type.GetMethods(Declared).Any(m => m.IsAbstract && !Visible(m.Attributes)) || type.GetInterfaces().Any(i => !IsVisible(i));
        if (!type.IsClass || type.IsSealed)
            return false;
        if (!type.GetConstructors(Declared).Any(c => !c.IsStatic && Visible(c.Attributes)))
            return true;
        var seen = new HashSet<string>();
        for (Type? t = type; t != null && t != typeof(object); t = t.BaseType)
        {
            foreach (var method in t.GetMethods(Declared).Where(m => m.IsVirtual))
            {
                // The most derived declaration decides; an override hides what it overrides.
                if (seen.Add(Signature(method)) && method.IsAbstract && !Visible(method.Attributes))
                    return true;
            }
        }

        return false;
    }

    private static string Signature(MethodInfo method)
        => method.Name + "`" + (method.IsGenericMethod ? method.GetGenericArguments().Length : 0) + "(" +
            string.Join(",", method.GetParameters().Select(p => TypeName(p.ParameterType))) + ")";

    private static string MethodFlags(MethodBase method, Type declaring)
    {
        var flags = new List<string> { Access(method.Attributes) };
        if (method.IsStatic)
            flags.Add("static");
        if (method.IsAbstract)
            flags.Add(!declaring.IsInterface && (method.Attributes & MethodAttributes.NewSlot) == 0 ? "abstract override" : "abstract");
        else if (method.IsVirtual)
        {
            var isOverride = (method.Attributes & MethodAttributes.NewSlot) == 0;
            if (isOverride)
                flags.Add(method.IsFinal ? "sealed override" : "override");
            else if (!method.IsFinal)
                flags.Add("virtual");
        }

        return string.Join(' ', flags);
    }

    private static string Parameters(MethodBase method, bool extension)
    {
        var parameters = method.GetParameters();
        return string.Join(", ", parameters.Select((p, i) => (extension && i == 0 ? "this " : "") + Parameter(p)));
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        var text = new StringBuilder();
        if (HasAttribute(parameter, "System.ParamArrayAttribute") || HasAttribute(parameter, "System.Runtime.CompilerServices.ParamCollectionAttribute"))
            text.Append("params ");
        if (type.IsByRef)
        {
            text.Append(parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ");
            type = type.GetElementType()!;
        }

        text.Append(TypeName(type)).Append(' ').Append(parameter.Name);
        if (parameter.IsOptional)
        {
            var value = parameter.HasDefaultValue ? parameter.RawDefaultValue : null;
            var isDefault = value == null && (type.IsGenericParameter || (type.IsValueType && Nullable.GetUnderlyingType(type) == null));
            text.Append(" = ").Append(isDefault ? "default" : Literal(value));
        }

        return text.ToString();
    }

    private static string ReturnType(MethodInfo method)
    {
        var type = method.ReturnType;
        if (!type.IsByRef)
            return TypeName(type);
        var readOnly = HasModifier(method.ReturnParameter, "System.Runtime.InteropServices.InAttribute");
        return (readOnly ? "ref readonly " : "ref ") + TypeName(type.GetElementType()!);
    }

    private static string Constraints(Type[] arguments, Type? nestedIn)
    {
        var inherited = nestedIn?.DeclaringType?.GetGenericArguments().Length ?? 0;
        var text = new StringBuilder();
        foreach (var argument in arguments.Skip(inherited).Where(a => a.IsGenericParameter))
        {
            var parts = new List<string>();
            var attributes = argument.GenericParameterAttributes;
            var isStruct = (attributes & GenericParameterAttributes.NotNullableValueTypeConstraint) != 0;
            if ((attributes & GenericParameterAttributes.ReferenceTypeConstraint) != 0)
                parts.Add("class");
            if (isStruct)
                parts.Add("struct");
            parts.AddRange(argument.GetGenericParameterConstraints().Where(c => c != typeof(ValueType))
                .Select(t => TypeName(t)).OrderBy(x => x, StringComparer.Ordinal));
            if (!isStruct && (attributes & GenericParameterAttributes.DefaultConstructorConstraint) != 0)
                parts.Add("new()");
            if (parts.Count > 0)
                text.Append(" | where ").Append(argument.Name).Append(" : ").Append(string.Join(", ", parts));
        }

        return text.ToString();
    }

    /// <summary>
    /// Namespace.Outer+Inner&lt;A,B&gt;: metadata full name without arity, then all generic arguments
    /// (those of outer types included); T[], T*. With <paramref name="variance"/> a definition's own
    /// parameters carry their in/out, as on a T: line.
    /// </summary>
    public static string TypeName(Type type, bool variance = false)
    {
        if (type.IsByRef)
            return "ref " + TypeName(type.GetElementType()!);
        if (type.IsArray)
            return TypeName(type.GetElementType()!) + "[" + new string(',', type.GetArrayRank() - 1) + "]";
        if (type.IsPointer)
            return TypeName(type.GetElementType()!) + "*";
        if (type.IsGenericParameter)
            return type.Name;
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        var name = new StringBuilder();
        for (Type? t = definition; t != null; t = t.DeclaringType)
        {
            var simple = t.Name;
            var tick = simple.IndexOf('`');
            if (tick >= 0)
                simple = simple[..tick];
            name.Insert(0, t == definition ? simple : simple + "+");
        }

        if (!string.IsNullOrEmpty(definition.Namespace))
            name.Insert(0, definition.Namespace + ".");
        var arguments = type.GetGenericArguments();
        if (arguments.Length > 0)
            name.Append('<').Append(string.Join(",", arguments.Select(a => (variance ? Variance(a, type) : "") + TypeName(a)))).Append('>');
        return name.ToString();
    }

    private static string Variance(Type argument, Type owner)
    {
        if (!owner.IsGenericTypeDefinition || !argument.IsGenericParameter)
            return "";
        return (argument.GenericParameterAttributes & GenericParameterAttributes.VarianceMask) switch
        {
            GenericParameterAttributes.Covariant => "out ",
            GenericParameterAttributes.Contravariant => "in ",
            _ => "",
        };
    }

    private static string Literal(object? value) => value switch
    {
        null => "null",
        string s => "\"" + s.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n").Replace("\r", "\\r").Replace("\t", "\\t") + "\"",
        char c => "'" + (c < 32 || c > 126 ? "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture) : c.ToString()) + "'",
        bool b => b ? "true" : "false",
        float f => f.ToString("R", CultureInfo.InvariantCulture) + "f",
        double d => d.ToString("R", CultureInfo.InvariantCulture) + "d",
        Enum e => Convert.ToString(Convert.ChangeType(e, Enum.GetUnderlyingType(e.GetType()), CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)!,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static bool IsDelegate(Type type) => type.IsClass && type.BaseType == typeof(MulticastDelegate);

    private static bool Visible(FieldAttributes attributes)
        => (attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;

    private static bool Visible(MethodAttributes attributes)
        => (attributes & MethodAttributes.MemberAccessMask) is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;

    private static string Access(FieldAttributes attributes)
        => (attributes & FieldAttributes.FieldAccessMask) == FieldAttributes.Public ? "public" : "protected";

    private static string Access(MethodAttributes attributes)
        => (attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Public ? "public" : "protected";

    private static string Access(Type type) => type.IsNested && !type.IsNestedPublic ? "protected" : "public";

    private static string Obsolete(MemberInfo member) => HasAttribute(member, "System.ObsoleteAttribute") &&
        !member.GetCustomAttributesData().Any(a => a.AttributeType.FullName == "System.Runtime.CompilerServices.IsByRefLikeAttribute") ? " [obsolete]" : "";

    private static bool HasAttribute(MemberInfo member, string fullName)
        => member.GetCustomAttributesData().Any(a => a.AttributeType.FullName == fullName);

    private static bool HasAttribute(ParameterInfo parameter, string fullName)
        => parameter.GetCustomAttributesData().Any(a => a.AttributeType.FullName == fullName);

    private static bool HasModifier(ParameterInfo parameter, string fullName)
        => parameter.GetRequiredCustomModifiers().Any(m => m.FullName == fullName);

    private static bool IsInitOnly(MethodInfo setter)
        => HasModifier(setter.ReturnParameter, "System.Runtime.CompilerServices.IsExternalInit");
}
