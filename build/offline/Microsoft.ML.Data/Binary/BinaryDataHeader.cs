using System.Runtime.InteropServices;

namespace Microsoft.ML.Data;

/// <summary>The first 256 bytes of a binary data view ("CML\0DVB\0"); the tail repeats the signature backwards.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct BinaryDataHeader
{
    public const int Size = 256;
    public const ulong SignatureValue = 0x00425644004C4D43;
    public const ulong TailSignatureValue = 0x434D4C0044564200;
    public const ulong WriterVersion = 0x0001000100010006;
    public const ulong OldestReadableVersion = 0x0001000100010004;

    [FieldOffset(0)]
    public ulong Signature;
    [FieldOffset(8)]
    public ulong Version;
    [FieldOffset(16)]
    public ulong CompatibleVersion;
    [FieldOffset(24)]
    public long TableOfContentsOffset;
    [FieldOffset(32)]
    public long TailOffset;
    [FieldOffset(40)]
    public long RowCount;
    [FieldOffset(48)]
    public int ColumnCount;
}
