namespace Microsoft.ML.Loreal.Archive;

/// <summary>One file of a saved transformer.</summary>
/// <param name="Name">Its path beside the transformer's Model.key.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Sha256">Its hash, in lower-case hexadecimal digits.</param>
internal sealed record ModelPart(string Name, long Length, string Sha256);
