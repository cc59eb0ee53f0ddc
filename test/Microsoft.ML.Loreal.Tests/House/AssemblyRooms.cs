using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Microsoft.ML.Loreal.Tests.House;

/// <summary>
/// An assembly's types by the folder of their source, which is an internal type's namespace, and what each of them refers to.
/// </summary>
/// <param name="assembly">The assembly.</param>
/// <param name="source">The folder of its project.</param>
internal sealed class AssemblyRooms(System.Reflection.Assembly assembly, string source)
{
    private readonly ModuleDefinition _module = ModuleDefinition.ReadModule(assembly.Location);

    /// <summary>The types that stand in source files, without the compiler's own.</summary>
    public IEnumerable<TypeDefinition> Types => _module.Types.Where(IsOurs);

    /// <summary>The folder below the project's, "" for the project's own: of a public type that of the file with its name.</summary>
    public string Room(TypeDefinition type)
    {
        const string Root = "Microsoft.ML.Loreal";
        if (!type.IsPublic)
        {
            return type.Namespace[Root.Length..].TrimStart('.').Replace('.', '/');
        }

        string name = type.Name.Split('`')[0];
        string file = Directory.EnumerateFiles(source, name + ".cs", SearchOption.AllDirectories).SingleOrDefault()
            ?? throw new AssertFailedException($"The public type {name} has no file of its name under {source}.");
        return Folder(source, file);
    }

    /// <summary>The folder of a file below the project's, "" for the project's own.</summary>
    public static string Folder(string source, string file)
    {
        string folder = Path.GetRelativePath(source, Path.GetDirectoryName(file)!).Replace('\\', '/');
        return folder == "." ? "" : folder;
    }

    /// <summary>
    /// The types of the assembly that a type's code refers to: in its members' signatures, in their code, and in nested types.
    /// </summary>
    public IEnumerable<TypeDefinition> References(TypeDefinition type) => Mentioned(type)
        .SelectMany(Parts)
        .Where(part => part.Scope == _module)
        .Select(part => Outermost(part.Resolve()))
        .Distinct()
        .Where(other => other != type && IsOurs(other));

    private static bool IsOurs(TypeDefinition type) =>
        !type.Name.StartsWith('<') && type.Namespace.StartsWith("Microsoft.ML.Loreal", StringComparison.Ordinal);

    private static IEnumerable<TypeReference> Mentioned(TypeDefinition type) =>
    [
        .. Mentioned(type.CustomAttributes),
        .. type.GenericParameters.SelectMany(parameter => parameter.Constraints).Select(constraint => constraint.ConstraintType),
        .. type.BaseType is null ? Enumerable.Empty<TypeReference>() : [type.BaseType],
        .. type.Interfaces.Select(implemented => implemented.InterfaceType),
        .. type.Fields.Select(field => field.FieldType),
        .. type.Methods.SelectMany(Mentioned),
        .. type.NestedTypes.SelectMany(Mentioned),
    ];

    private static IEnumerable<TypeReference> Mentioned(MethodDefinition method) =>
    [
        .. Mentioned(method.CustomAttributes),
        .. method.GenericParameters.SelectMany(parameter => parameter.Constraints).Select(constraint => constraint.ConstraintType),
        .. method.HasBody ? method.Body.ExceptionHandlers.Select(handler => handler.CatchType).Where(caught => caught is not null) : [],
        method.ReturnType,
        .. method.Parameters.Select(parameter => parameter.ParameterType),
        .. method.HasBody ? method.Body.Variables.Select(variable => variable.VariableType) : [],
        .. method.HasBody ? method.Body.Instructions.SelectMany(Mentioned) : [],
    ];

    private static IEnumerable<TypeReference> Mentioned(IEnumerable<CustomAttribute> attributes) => attributes.SelectMany(attribute =>
        attribute.ConstructorArguments.Select(argument => argument.Value).OfType<TypeReference>().Append(attribute.AttributeType));

    private static IEnumerable<TypeReference> Mentioned(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        GenericInstanceMethod method => [method.DeclaringType, method.ReturnType, .. method.GenericArguments],
        MethodReference method => [method.DeclaringType, method.ReturnType],
        FieldReference field => [field.DeclaringType, field.FieldType],
        _ => [],
    };

    /// <summary>A type without its generic arguments, array ranks and references, and the types of the arguments.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericParameter or FunctionPointerType => [],
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Parts)],
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };

    private static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is null ? type : Outermost(type.DeclaringType);
}
