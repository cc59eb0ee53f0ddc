namespace Microsoft.ML.Loreal;

/// <summary>How far the download of one file of a model has come.</summary>
/// <param name="FileName">The file's name.</param>
/// <param name="Received">The bytes that are on disk, those of an earlier, interrupted download included.</param>
/// <param name="Length">The bytes of the whole file.</param>
public readonly record struct HubProgress(string FileName, long Received, long Length);
