namespace TorchSharp;

/// <summary>Which BLAS the process has loaded: it decides a CPU's speed.</summary>
internal sealed record LoadedBlas(string Path, bool IsReference)
{
    private static readonly string[] FastNames = ["openblas", "mkl", "blis", "nvpl_blas"];

    /// <summary>Looks through the process's mapped files; null where there is none to be seen.</summary>
    internal static LoadedBlas? Find()
    {
        const string Maps = "/proc/self/maps";
        if (!File.Exists(Maps))
        {
            return null;
        }
        string? reference = null;
        foreach (string line in File.ReadLines(Maps))
        {
            int slash = line.IndexOf('/');
            if (slash < 0)
            {
                continue;
            }
            string path = line[slash..];
            string name = System.IO.Path.GetFileName(path);
            if (FastNames.Any(fast => path.Contains(fast, StringComparison.Ordinal)) && name.Contains(".so", StringComparison.Ordinal))
            {
                return new LoadedBlas(path, IsReference: false);
            }
            if (name.StartsWith("libblas.so", StringComparison.Ordinal))
            {
                reference = path;
            }
        }
        return reference is null ? null : new LoadedBlas(reference, IsReference: true);
    }
}
