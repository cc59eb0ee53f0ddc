namespace Microsoft.ML.Loreal.Archive;

/// <summary>What ML.NET's archive knows a kind of saved transformer by.</summary>
/// <param name="Signature">Eight characters at the head of its Model.key.</param>
/// <param name="LoaderSignature">The name under which its loader is registered.</param>
internal sealed record ModelKind(string Signature, string LoaderSignature)
{
    private const uint Version = 0x00010001;

    /// <summary>The stamp of a Model.key.</summary>
    public VersionInfo ToVersionInfo() => new(
        modelSignature: Signature,
        verWrittenCur: Version,
        verReadableCur: Version,
        verWeCanReadBack: Version,
        loaderAssemblyName: typeof(ModelKind).Assembly.FullName,
        loaderSignature: LoaderSignature);
}
