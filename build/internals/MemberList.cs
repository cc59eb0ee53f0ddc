using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Microsoft.ML.Loreal.Build;

/// <summary>
/// The members that the product needs, one a line: "Assembly: Namespace.Type" or "Assembly: Namespace.Type.Member", + before a nested type,
/// # before a comment.
/// </summary>
internal static class MemberList
{
    /// <summary>What the list says of the assembly and the assembly has not.</summary>
    public static IReadOnlyList<string> Missing(byte[] assembly, IEnumerable<string> list)
    {
        using var image = new PEReader(ImmutableArray.Create(assembly));
        MetadataReader metadata = image.GetMetadataReader();
        string prefix = metadata.GetString(metadata.GetAssemblyDefinition().Name) + ": ";
        HashSet<string> present = [.. metadata.TypeDefinitions.SelectMany(type => Names(metadata, metadata.GetTypeDefinition(type)))];
        return
        [
            .. list.Select(line => line.Split('#')[0].Trim())
                .Where(line => line.StartsWith(prefix, StringComparison.Ordinal))
                .Select(line => line[prefix.Length..])
                .Where(name => !present.Contains(name)),
        ];
    }

    private static IEnumerable<string> Names(MetadataReader metadata, TypeDefinition type)
    {
        string name = FullName(metadata, type);
        IEnumerable<StringHandle> members =
        [
            .. type.GetMethods().Select(method => metadata.GetMethodDefinition(method).Name),
            .. type.GetProperties().Select(property => metadata.GetPropertyDefinition(property).Name),
            .. type.GetFields().Select(field => metadata.GetFieldDefinition(field).Name),
        ];
        return members.Select(member => $"{name}.{metadata.GetString(member)}").Prepend(name);
    }

    private static string FullName(MetadataReader metadata, TypeDefinition type)
    {
        string name = metadata.GetString(type.Name);
        if (type.IsNested)
        {
            return $"{FullName(metadata, metadata.GetTypeDefinition(type.GetDeclaringType()))}+{name}";
        }

        string space = metadata.GetString(type.Namespace);
        return space.Length == 0 ? name : $"{space}.{name}";
    }
}
