namespace Microsoft.ML;

/// <summary>What a component writes into the header of its model and checks when it reads it back.</summary>
internal readonly struct VersionInfo
{
    public readonly ulong ModelSignature;
    public readonly uint VerWrittenCur;
    public readonly uint VerReadableCur;
    public readonly uint VerWeCanReadBack;
    public readonly string LoaderAssemblyName;
    public readonly string LoaderSignature;
    public readonly string LoaderSignatureAlt;

    public VersionInfo(
        string modelSignature,
        uint verWrittenCur,
        uint verReadableCur,
        uint verWeCanReadBack,
        string loaderAssemblyName,
        string loaderSignature = null,
        string loaderSignatureAlt = null)
    {
        ModelSignature = Pack(modelSignature);
        VerWrittenCur = verWrittenCur;
        VerReadableCur = verReadableCur;
        VerWeCanReadBack = verWeCanReadBack;
        LoaderAssemblyName = loaderAssemblyName;
        LoaderSignature = loaderSignature;
        LoaderSignatureAlt = loaderSignatureAlt;
    }

    private static ulong Pack(string signature)
    {
        if (signature?.Length != sizeof(ulong))
        {
            throw new InvalidOperationException("Model signature must be eight characters");
        }
        var packed = 0UL;
        for (var index = 0; index < signature.Length; index++)
        {
            var character = signature[index];
            if (character > 0xFF)
            {
                throw new InvalidOperationException($"Model signature '{signature}' has a character that does not fit one byte.");
            }
            // A blank becomes a zero byte.
            if (character != ' ')
            {
                packed |= (ulong)character << (8 * index);
            }
        }
        return packed;
    }
}
