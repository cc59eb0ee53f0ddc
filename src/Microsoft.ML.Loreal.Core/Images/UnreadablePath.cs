using Microsoft.ML.Loreal.Text;

namespace Microsoft.ML.Loreal.Images;

/// <summary>Why a path leads to no file that can be read, as far as the path tells.</summary>
internal static class UnreadablePath
{
    /// <summary>Names the cause.</summary>
    /// <param name="path">The path as it was given.</param>
    /// <param name="error">What opening it said.</param>
    public static string Explain(string path, Exception error)
    {
        if (Directory.Exists(path))
        {
            return "it is a folder; expected the path of one image file";
        }

        if (path.Contains("://", StringComparison.Ordinal) || path.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            return path.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
                ? "it is a URI; give a path, for instance new Uri(...).LocalPath"
                : "it is a URI; expected the path of a file on this machine: download it first, or give its bytes as a vector column";
        }

        if (path.AsSpan().Trim() is { Length: > 1 } bare && bare[0] == bare[^1] && bare[0] is '"' or '\'')
        {
            return "it has quotation marks around it; give it without them";
        }

        if (char.IsWhiteSpace(path[0]) || char.IsWhiteSpace(path[^1]))
        {
            return $"it {(char.IsWhiteSpace(path[^1]) ? "ends" : "begins")} with white space{Exists(path.Trim())}";
        }

        if (path[0] == '~')
        {
            return "no file has this path; '~' stands for no folder here: write the folder's own path";
        }

        if (Path.DirectorySeparatorChar == '/' && path.Contains('\\', StringComparison.Ordinal))
        {
            return $"no file has this path; on this system folders are separated by '/'{Exists(path.Replace('\\', '/'))}";
        }

        if (error is UnauthorizedAccessException)
        {
            return "the program may not read it";
        }

        return error is FileNotFoundException or DirectoryNotFoundException ? NotFound(path) : error.Message;
    }

    private static string NotFound(string path)
    {
        string full = Path.GetFullPath(path);
        string where = Path.IsPathFullyQualified(path) ? string.Empty : $" in the current folder '{Directory.GetCurrentDirectory()}'";
        string? folder = Path.GetDirectoryName(full);
        // The first part of the path that is not there.
        string missing = full;
        while (folder is not null && !Directory.Exists(folder))
        {
            (missing, folder) = (folder, Path.GetDirectoryName(folder));
        }

        string what = missing == full ? $"there is no such file{where}"
            : $"there is no folder '{missing}'{(where.Length == 0 ? string.Empty : $"; the path was looked for{where}")}";
        return folder is not null && OtherSpelling(folder, Path.GetFileName(missing)) is { } other
            ? $"{what}, but '{other}', which is written in other characters"
            : what;
    }

    /// <summary>
    /// What is there under a name that differs only by case, or by how its accents are written: a few are tried, as a folder may be large.
    /// </summary>
    private static string? OtherSpelling(string folder, string name)
    {
        string extension = Path.GetExtension(name);
        string stem = name[..^extension.Length];
        string[] others =
        [
            ComposedText.Of(name), ComposedText.Apart(name), stem + extension.ToLowerInvariant(), stem + extension.ToUpperInvariant(),
            name.ToLowerInvariant(), name.ToUpperInvariant(),
        ];
        return others.FirstOrDefault(other => other != name && Path.Exists(Path.Combine(folder, other)));
    }

    private static string Exists(string path) => File.Exists(path) ? $"; '{path}' is there" : string.Empty;
}
