using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training.Features;

/// <summary>
/// Where encoded views are: in memory, or, where they are too large for that, in mapped files; in files of a folder as well, to be used
/// again.
/// </summary>
/// <param name="memoryLimit">The bytes that the views of one resolution may take in memory.</param>
/// <param name="folder">Where files are kept; null to keep none.</param>
/// <param name="device">Where the rows are wanted.</param>
internal sealed class FeatureStorage(long memoryLimit, string? folder, Device device)
{
    private const string Prefix = "loreal-views-";
    private const long RowsAtOnce = 256;

    private const int NamedBytes = 12;

    /// <summary>Where the rows are wanted.</summary>
    public Device Device => device;

    /// <summary>Views that were encoded earlier.</summary>
    /// <param name="identity">The SHA-256 of everything that decides what they are; null where that is not known.</param>
    /// <param name="rows">N * V.</param>
    /// <returns>Null where there are none, or the file is damaged.</returns>
    public FeatureRows? Find(byte[]? identity, long rows) =>
        FilePath(identity) is { } path && FeatureFile.Find(path, identity!, rows, device) is { } found ? InMemory(found) : null;

    /// <summary>Takes views as they are encoded.</summary>
    /// <param name="identity">As for <see cref="Find"/>; null to keep no file.</param>
    /// <param name="rows">N * V.</param>
    public FeatureWriter Write(byte[]? identity, long rows) => new(this, identity, rows);

    /// <summary>Deletes the files of encoded views in a folder, also those that were not completed.</summary>
    public static void Clear(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, Prefix + "*"))
        {
            File.Delete(file);
        }
    }

    /// <summary>Where the file of some views is kept; null for nowhere.</summary>
    public string? FilePath(byte[]? identity) =>
        folder is null || identity is null
            ? null
            : Path.Combine(folder, $"{Prefix}{Convert.ToHexStringLower(identity.AsSpan(0, NamedBytes))}.bin");

    /// <summary>Whether rows may be in memory.</summary>
    public bool Fits(long rows, long width) => rows * width * sizeof(float) <= memoryLimit;

    /// <summary>Reads the rows of a file into memory where they fit.</summary>
    public FeatureRows InMemory(MappedFeatureRows mapped)
    {
        if (!Fits(mapped.Count, mapped.Width))
        {
            return mapped;
        }

        using (mapped)
        using (NewDisposeScope())
        {
            Tensor values = empty([mapped.Count, mapped.Width], float32, device);
            for (long first = 0; first < mapped.Count; first += RowsAtOnce)
            {
                using DisposeScope step = NewDisposeScope();
                long count = Math.Min(RowsAtOnce, mapped.Count - first);
                values.narrow(0, first, count).copy_(mapped.Range(first, count));
            }

            return new MemoryFeatureRows(values.DetachFromDisposeScope());
        }
    }
}
