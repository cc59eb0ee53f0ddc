namespace Microsoft.ML.Loreal.Archive;

/// <summary>What ML.NET's archive knows a kind of saved transformer by.</summary>
/// <param name="Signature">Eight characters at the head of its Model.key.</param>
/// <param name="Transformer">Its type. The loader is registered under its name, in its assembly.</param>
internal sealed record ModelKind(string Signature, Type Transformer)
{
    private const uint Version = 0x00010001;

    /// <summary>The name under which the loader is registered.</summary>
    public string LoaderSignature => Transformer.Name;

    /// <summary>The stamp of a Model.key.</summary>
    public VersionInfo ToVersionInfo() => new(
        modelSignature: Signature,
        verWrittenCur: Version,
        verReadableCur: Version,
        verWeCanReadBack: Version,
        loaderAssemblyName: Transformer.Assembly.FullName,
        loaderSignature: LoaderSignature);
}
