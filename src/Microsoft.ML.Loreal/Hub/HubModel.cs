using System.Text.RegularExpressions;

namespace Microsoft.ML.Loreal.Hub;

/// <summary>A model on the hub in one revision, by names that are safe in addresses and as folders.</summary>
internal sealed partial class HubModel
{
    /// <summary>Checks the names.</summary>
    /// <exception cref="ArgumentException">One is not of the hub's form.</exception>
    public HubModel(string name, string revision)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!NamePattern().IsMatch(name)
            || name.Contains("--", StringComparison.Ordinal)
            || name.Contains("..", StringComparison.Ordinal)
            || name.EndsWith(".git", StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"'{name}' is no name of a model on the hub; expected OWNER/NAME of letters, digits, '-', '_' and '.', such as "
                + "'openai/clip-vit-base-patch16'. A model in a folder is opened with ClipBackbone.FromFolder.",
                nameof(name));
        }

        if (!RevisionPattern().IsMatch(revision) || revision.Contains("..", StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"'{revision}' is no revision; expected a branch or tag, such as 'main', or a commit of 40 hexadecimal digits.",
                nameof(revision));
        }

        Name = name;
        Revision = revision;
    }

    /// <summary>Its owner and name, with a slash between.</summary>
    public string Name { get; }

    /// <summary>A branch, tag or commit.</summary>
    public string Revision { get; }

    /// <summary>The name of its folder in the cache.</summary>
    public string FolderName => "models--" + Name.Replace("/", "--", StringComparison.Ordinal);

    public override string ToString() => $"the model '{Name}' in revision '{Revision}'";

    public static bool IsCommit(string text) => CommitPattern().IsMatch(text);

    [GeneratedRegex(@"\A[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?/[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?\z")]
    private static partial Regex NamePattern();

    // Parts between slashes that start with no dot, as git wants them.
    [GeneratedRegex(@"\A[A-Za-z0-9_-][A-Za-z0-9_.+@-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.+@-]*)*\z")]
    private static partial Regex RevisionPattern();

    [GeneratedRegex(@"\A[0-9a-f]{40}\z")]
    private static partial Regex CommitPattern();
}
