using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Microsoft.ML.Loreal.Build;

/// <summary>
/// Marks what is internal in an assembly as public, in its metadata tables. The result is for the compiler only and never runs.
/// </summary>
internal static class VisibleInternals
{
    // Where the flags are in a row: ECMA-335, II.22.37 (TypeDef), II.22.26 (MethodDef: after RVA and ImplFlags) and II.22.15 (Field).
    private const int TypeFlags = 0;
    private const int MethodFlags = 6;
    private const int FieldFlags = 0;

    public static void Show(byte[] assembly)
    {
        using var image = new PEReader(ImmutableArray.Create(assembly));
        MetadataReader metadata = image.GetMetadataReader();
        int start = image.PEHeaders.MetadataStartOffset;
        ForEachRow(
            TableIndex.TypeDef,
            TypeFlags,
            flags => (flags & ~(int)TypeAttributes.VisibilityMask) | (int)Visible((TypeAttributes)flags & TypeAttributes.VisibilityMask));
        ForEachRow(TableIndex.MethodDef, MethodFlags, ShowMember);
        ForEachRow(TableIndex.Field, FieldFlags, ShowMember);

        void ForEachRow(TableIndex table, int flagsOffset, Func<int, int> show)
        {
            int first = start + metadata.GetTableMetadataOffset(table) + flagsOffset;
            for (int row = 0; row < metadata.GetTableRowCount(table); row++)
            {
                // All flags that matter are in the lower 16 bits.
                Span<byte> flags = assembly.AsSpan(first + (row * metadata.GetTableRowSize(table)), sizeof(ushort));
                BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)show(BinaryPrimitives.ReadUInt16LittleEndian(flags)));
            }
        }
    }

    private static TypeAttributes Visible(TypeAttributes visibility) => visibility switch
    {
        TypeAttributes.NotPublic => TypeAttributes.Public,
        TypeAttributes.NestedAssembly => TypeAttributes.NestedPublic,
        _ => visibility,
    };

    // The access bits of methods and fields have the same values. Only "internal" changes: a "protected internal" that became public could
    // not be overridden.
    private static int ShowMember(int flags) => (flags & (int)MethodAttributes.MemberAccessMask) == (int)MethodAttributes.Assembly
        ? (flags & ~(int)MethodAttributes.MemberAccessMask) | (int)MethodAttributes.Public
        : flags;
}
