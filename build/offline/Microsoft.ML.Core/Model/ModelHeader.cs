using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.Internal.Utilities;

namespace Microsoft.ML;

/// <summary>
/// The first 0x100 bytes of a Model.key. After it come the model's bytes, the string table (end offsets, then UTF-16
/// characters), the full name of the loader's assembly and the tail. All positions count from the start of the header.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct ModelHeader
{
    public const ulong SignatureValue = 0x4C45444F4D004C4DUL;
    public const ulong TailSignatureValue = 0x4D4C004D4F44454CUL;
    public const int Size = 0x0100;

    private const uint FirstVersion = 0x00010001;
    private const uint AssemblyNameVersion = 0x00010002;
    private const int LoaderSignatureLength = 24;

    [FieldOffset(0x00)]
    public ulong Signature;
    [FieldOffset(0x08)]
    public uint VerWritten;
    [FieldOffset(0x0C)]
    public uint VerReadable;
    [FieldOffset(0x10)]
    public long FpModel;
    [FieldOffset(0x18)]
    public long CbModel;
    [FieldOffset(0x20)]
    public long FpStringTable;
    [FieldOffset(0x28)]
    public long CbStringTable;
    [FieldOffset(0x30)]
    public long FpStringChars;
    [FieldOffset(0x38)]
    public long CbStringChars;
    [FieldOffset(0x40)]
    public ulong ModelSignature;
    [FieldOffset(0x48)]
    public uint ModelVerWritten;
    [FieldOffset(0x4C)]
    public uint ModelVerReadable;
    [FieldOffset(0x50)]
    public ulong LoaderSignature0;
    [FieldOffset(0x58)]
    public ulong LoaderSignature1;
    [FieldOffset(0x60)]
    public ulong LoaderSignature2;
    [FieldOffset(0x68)]
    public ulong LoaderSignatureAlt0;
    [FieldOffset(0x70)]
    public ulong LoaderSignatureAlt1;
    [FieldOffset(0x78)]
    public ulong LoaderSignatureAlt2;
    [FieldOffset(0x80)]
    public long FpTail;
    [FieldOffset(0x88)]
    public long FpLim;
    [FieldOffset(0x90)]
    public long FpAssemblyName;
    [FieldOffset(0x98)]
    public uint CbAssemblyName;

    /// <summary>Reserves the header's place; <see cref="EndWrite"/> fills it in.</summary>
    public static void BeginWrite(BinaryWriter writer, out long fpMin, out ModelHeader header)
    {
        fpMin = writer.BaseStream.Position;
        header = new ModelHeader
        {
            Signature = SignatureValue,
            VerWritten = AssemblyNameVersion,
            VerReadable = AssemblyNameVersion,
            FpModel = Size,
        };
        writer.Write(new byte[Size]);
    }

    public static void EndWrite(BinaryWriter writer, long fpMin, ref ModelHeader header, NormStr.Pool pool = null, string loaderAssemblyName = null)
    {
        EndModelCore(writer, fpMin, ref header);
        if (pool?.Count > 0)
        {
            WriteStrings(writer, fpMin, ref header, pool);
        }
        if (!string.IsNullOrEmpty(loaderAssemblyName))
        {
            header.FpAssemblyName = writer.BaseStream.Position - fpMin;
            header.CbAssemblyName = (uint)loaderAssemblyName.Length * sizeof(char);
            writer.Write(Encoding.Unicode.GetBytes(loaderAssemblyName));
        }
        WriteHeaderAndTailCore(writer, fpMin, ref header);
    }

    public static void EndModelCore(BinaryWriter writer, long fpMin, ref ModelHeader header)
        => header.CbModel = writer.BaseStream.Position - fpMin - header.FpModel;

    public static void WriteHeaderAndTailCore(BinaryWriter writer, long fpMin, ref ModelHeader header)
    {
        header.FpTail = writer.BaseStream.Position - fpMin;
        writer.Write(TailSignatureValue);
        header.FpLim = header.FpTail + sizeof(ulong);
        if (!TryValidate(ref header, header.FpLim, out var problem))
        {
            throw new InvalidOperationException("The model's header is not consistent.", problem);
        }
        var bytes = new byte[Size];
        MarshalToBytes(ref header, bytes);
        writer.Flush();
        writer.BaseStream.Position = fpMin;
        writer.Write(bytes);
        writer.Flush();
        writer.BaseStream.Position = fpMin + header.FpLim;
    }

    /// <summary>Reads and checks header, string table and tail, and leaves the reader at the model's first byte.</summary>
    public static void BeginRead(out long fpMin, out ModelHeader header, out string[] strings, out string loaderAssemblyName, BinaryReader reader)
    {
        fpMin = reader.BaseStream.Position;
        MarshalFromBytes(out header, Decoding.ReadExactly(reader, Size, "model header"));
        if (!TryValidate(ref header, reader, fpMin, out strings, out loaderAssemblyName, out var problem))
        {
            throw problem;
        }
        reader.BaseStream.Position = fpMin + header.FpModel;
    }

    public static void EndRead(long fpMin, ref ModelHeader header, BinaryReader reader)
    {
        var read = reader.BaseStream.Position - fpMin - header.FpModel;
        Decoding.Check(read == header.CbModel, $"The model has {header.CbModel} bytes, but its loader read {read}.");
        reader.BaseStream.Position = fpMin + header.FpLim;
    }

    public static void CheckVersionInfo(ref ModelHeader header, VersionInfo ver)
    {
        Decoding.Check(header.ModelSignature == ver.ModelSignature, "Unknown file type");
        Decoding.Check(header.ModelVerReadable <= header.ModelVerWritten, "Corrupt file header");
        Decoding.Check(
            header.ModelVerReadable <= ver.VerWrittenCur,
            $"The component '{ver.LoaderSignature}' of the model is too new: it needs version 0x{header.ModelVerReadable:X8}, this program reads up to 0x{ver.VerWrittenCur:X8}.");
        Decoding.Check(
            header.ModelVerWritten >= ver.VerWeCanReadBack,
            $"The component '{ver.LoaderSignature}' of the model is too old: it has version 0x{header.ModelVerWritten:X8}, this program reads from 0x{ver.VerWeCanReadBack:X8}.");
    }

    public static void SetVersionInfo(ref ModelHeader header, VersionInfo ver)
    {
        header.ModelSignature = ver.ModelSignature;
        header.ModelVerWritten = ver.VerWrittenCur;
        header.ModelVerReadable = ver.VerReadableCur;
        SetLoaderSig(ref header, ver.LoaderSignature);
        SetLoaderSigAlt(ref header, ver.LoaderSignatureAlt);
    }

    public static void SetLoaderSig(ref ModelHeader header, string sig)
        => PackLoaderSignature(MemoryMarshal.CreateSpan(ref header.LoaderSignature0, 3), sig);

    public static void SetLoaderSigAlt(ref ModelHeader header, string sig)
        => PackLoaderSignature(MemoryMarshal.CreateSpan(ref header.LoaderSignatureAlt0, 3), sig);

    public static string GetLoaderSig(ref ModelHeader header)
        => UnpackLoaderSignature(MemoryMarshal.CreateSpan(ref header.LoaderSignature0, 3));

    public static string GetLoaderSigAlt(ref ModelHeader header)
        => UnpackLoaderSignature(MemoryMarshal.CreateSpan(ref header.LoaderSignatureAlt0, 3));

    public static void MarshalToBytes(ref ModelHeader header, byte[] bytes) => MemoryMarshal.Write(bytes, in header);

    public static void MarshalFromBytes(out ModelHeader header, byte[] bytes) => header = MemoryMarshal.Read<ModelHeader>(bytes);

    public static bool TryValidate(ref ModelHeader header, long size, out Exception ex)
    {
        try
        {
            Validate(in header, size);
            ex = null;
            return true;
        }
        catch (FormatException problem)
        {
            ex = problem;
            return false;
        }
    }

    public static bool TryValidate(ref ModelHeader header, BinaryReader reader, long fpMin, out string[] strings, out string loaderAssemblyName, out Exception ex)
    {
        strings = null;
        loaderAssemblyName = null;
        if (!TryValidate(ref header, reader.BaseStream.Length - fpMin, out ex))
        {
            return false;
        }
        var origin = reader.BaseStream.Position;
        try
        {
            if (header.FpStringTable != 0)
            {
                strings = ReadStrings(reader, fpMin, in header);
            }
            if (header.FpAssemblyName != 0)
            {
                reader.BaseStream.Position = fpMin + header.FpAssemblyName;
                loaderAssemblyName = Encoding.Unicode.GetString(Decoding.ReadExactly(reader, header.CbAssemblyName, "assembly name"));
            }
            reader.BaseStream.Position = fpMin + header.FpTail;
            Decoding.Check(reader.ReadUInt64() == TailSignatureValue, "Corrupt model file tail");
            reader.BaseStream.Position = origin;
            return true;
        }
        catch (Exception problem) when (problem is FormatException or IOException)
        {
            ex = problem;
            return false;
        }
    }

    private static void Validate(in ModelHeader header, long size)
    {
        Decoding.Check(header.Signature == SignatureValue, "Wrong file type");
        Decoding.Check(header.VerReadable <= header.VerWritten, "Corrupt file header");
        Decoding.Check(header.VerReadable <= AssemblyNameVersion, "File is too new");
        Decoding.Check(header.VerWritten >= FirstVersion, "File is too old");
        Decoding.Check(header.FpModel == Size && header.CbModel >= 0 && header.CbModel <= size, "The model's bytes lie outside of the file.");

        // Each block starts where the one before ends.
        var end = header.FpModel + header.CbModel;
        if (header.FpStringTable == 0)
        {
            Decoding.Check(header is { CbStringTable: 0, FpStringChars: 0, CbStringChars: 0 }, "The model has no string table, but sizes for it.");
        }
        else
        {
            Decoding.Check(
                header.FpStringTable == end && header.CbStringTable is > 0 && header.CbStringTable <= size && header.CbStringTable % sizeof(long) == 0,
                "The model's string table lies outside of the file.");
            end += header.CbStringTable;
            Decoding.Check(
                header.FpStringChars == end && header.CbStringChars >= 0 && header.CbStringChars <= size && header.CbStringChars % sizeof(char) == 0,
                "The characters of the model's string table lie outside of the file.");
            end += header.CbStringChars;
        }
        if (header.VerWritten >= AssemblyNameVersion && header.FpAssemblyName != 0)
        {
            Decoding.Check(header.FpAssemblyName == end && header.CbAssemblyName % sizeof(char) == 0, "The name of the loader's assembly lies outside of the file.");
            end += header.CbAssemblyName;
        }
        Decoding.Check(header.FpTail == end && header.FpLim == end + sizeof(ulong), "The model's tail is not where its blocks end.");
        Decoding.Check(size >= header.FpLim, $"The model should have {header.FpLim} bytes, but the stream has {size}.");
    }

    private static void WriteStrings(BinaryWriter writer, long fpMin, ref ModelHeader header, NormStr.Pool pool)
    {
        header.FpStringTable = writer.BaseStream.Position - fpMin;
        header.CbStringTable = (long)pool.Count * sizeof(long);
        var end = 0L;
        foreach (var entry in pool)
        {
            end += (long)entry.Value.Length * sizeof(char);
            writer.Write(end);
        }
        header.FpStringChars = header.FpStringTable + header.CbStringTable;
        header.CbStringChars = end;
        foreach (var entry in pool)
        {
            writer.Write(MemoryMarshal.AsBytes(entry.Value.Span));
        }
    }

    private static string[] ReadStrings(BinaryReader reader, long fpMin, in ModelHeader header)
    {
        reader.BaseStream.Position = fpMin + header.FpStringTable;
        var ends = MemoryMarshal.Cast<byte, long>(Decoding.ReadExactly(reader, header.CbStringTable, "string table"));
        Decoding.Check(ends[^1] == header.CbStringChars, "The model's string table does not end where its characters end.");
        var characters = Decoding.ReadExactly(reader, header.CbStringChars, "characters of the string table");
        var strings = new string[ends.Length];
        var start = 0L;
        for (var index = 0; index < ends.Length; index++)
        {
            var end = ends[index];
            Decoding.Check(end >= start && end <= characters.Length && end % sizeof(char) == 0, $"The string {index} of the model's string table lies outside of it.");
            strings[index] = new string(MemoryMarshal.Cast<byte, char>(characters.AsSpan((int)start, (int)(end - start))));
            start = end;
        }
        return strings;
    }

    private static void PackLoaderSignature(Span<ulong> packed, string signature)
    {
        packed.Clear();
        if (signature is null)
        {
            return;
        }
        if (signature.Length > LoaderSignatureLength || signature.Any(static character => character > 0xFF))
        {
            throw new InvalidOperationException($"The loader signature '{signature}' must have at most {LoaderSignatureLength} characters of one byte each.");
        }
        for (var index = 0; index < signature.Length; index++)
        {
            packed[index / 8] |= (ulong)signature[index] << (8 * (index % 8));
        }
    }

    private static string UnpackLoaderSignature(ReadOnlySpan<ulong> packed)
    {
        var characters = new char[LoaderSignatureLength];
        for (var index = 0; index < characters.Length; index++)
        {
            characters[index] = (char)((packed[index / 8] >> (8 * (index % 8))) & 0xFF);
        }
        return new string(characters).TrimEnd('\0');
    }
}
