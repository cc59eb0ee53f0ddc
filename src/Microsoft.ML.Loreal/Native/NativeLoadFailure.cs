namespace Microsoft.ML.Loreal.Native;

/// <summary>What is known where TorchSharp's native libraries do not load.</summary>
/// <param name="Platform">The runtime identifier of the process: linux-x64.</param>
/// <param name="ProgramFolder">Where the program's files are.</param>
/// <param name="HasLibtorch">Whether libtorch is among them.</param>
/// <param name="LoaderMessage">The loader's own words.</param>
/// <param name="CxxRuntime">The C++ runtime that the loader complains of, or null.</param>
/// <param name="TorchSharpVersion">The version of TorchSharp's packages.</param>
/// <param name="ProductVersion">The version of this package.</param>
internal sealed record NativeLoadFailure(
    string Platform,
    string ProgramFolder,
    bool HasLibtorch,
    string LoaderMessage,
    OldCxxRuntime? CxxRuntime,
    string TorchSharpVersion,
    string ProductVersion)
{
    /// <summary>The version of the packages of libtorch itself that this TorchSharp is built for.</summary>
    public const string LibtorchVersion = "2.10.0";

    // The first version over which the facade of tools/cxx-runtime.sh works: GCC 12's.
    private const int FirstCompletable = 30;

    // The loader tells every name that it tried.
    private const int MaxLoaderLines = 3;

    /// <summary>
    /// The packages with a libtorch that computes on a GPU, by system; null where there is none. Other systems have no libtorch.
    /// </summary>
    private static readonly Dictionary<string, string?> _systems = new()
    {
        ["linux-x64"] = "TorchSharp-cuda-linux",
        ["win-x64"] = "TorchSharp-cuda-windows",
        ["win-arm64"] = null,
        ["osx-arm64"] = null,
    };

    /// <summary>What is missing and what to do, in a few lines.</summary>
    public string Explain() => string.Join('\n', Lines());

    private IEnumerable<string> Lines() =>
        !_systems.TryGetValue(Platform, out string? cudaPackage) ? NoLibtorchForSystem()
        : CxxRuntime is not null ? CxxRuntimeTooOld(CxxRuntime)
        : !HasLibtorch ? NoLibtorchReferenced(cudaPackage)
        : Unexplained();

    private IEnumerable<string> NoLibtorchForSystem() =>
    [
        $"Microsoft.ML.Loreal computes with TorchSharp, and there is no libtorch for {Platform}: TorchSharp {TorchSharpVersion} has one "
        + $"for {string.Join(", ", _systems.Keys)}.",
        "Train and score on one of these systems.",
    ];

    private IEnumerable<string> NoLibtorchReferenced(string? cudaPackage)
    {
        yield return $"Microsoft.ML.Loreal computes with TorchSharp, and no libtorch is among the program's files in '{ProgramFolder}'.";
        yield return $"The program chooses one. Add to its project one of these packages for {Platform}:";
        yield return $"  dotnet add package libtorch-cpu-{Platform} --version {LibtorchVersion}   (the processor, this system alone)";
        yield return $"  dotnet add package TorchSharp-cpu --version {TorchSharpVersion}   (the processor, every system)";
        if (cudaPackage is not null)
        {
            yield return $"  dotnet add package {cudaPackage} --version {TorchSharpVersion}   (NVIDIA GPUs too)";
        }
    }

    private IEnumerable<string> CxxRuntimeTooOld(OldCxxRuntime runtime)
    {
        string found = runtime.Found is { } highest ? $" ends at GLIBCXX_3.4.{highest}, and" : ":";
        yield return $"The C++ runtime of this system is too old for TorchSharp: {runtime.Path}{found} "
            + $"GLIBCXX_3.4.{runtime.Needed} is needed.";
        yield return "Use a newer base image, such as Debian 13 or Ubuntu 24.04.";
        if (runtime is { Found: >= FirstCompletable, Needed: OldCxxRuntime.TorchSharpNeeds })
        {
            yield return "Or make what is missing, a single function, with this package's script, which needs gcc and binutils, "
                + "and let the program find it:";
            yield return $"  bash \"${{NUGET_PACKAGES:-$HOME/.nuget/packages}}/microsoft.ml.loreal/{ProductVersion}/tools/cxx-runtime.sh\" "
                + "~/cxx-runtime";
            yield return "  LD_LIBRARY_PATH=~/cxx-runtime dotnet PROGRAM.dll";
        }
    }

    private IEnumerable<string> Unexplained()
    {
        string[] words = [.. LoaderMessage.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        string[] causes = [.. words.Where((line, index) => words.Length == 1 || (index > 0 && !IsAttempt(line))).Take(MaxLoaderLines)];
        return causes.Length > 0
            ? [$"TorchSharp's native library does not load on this {Platform}. The loader says:", .. causes.Select(line => $"  {line}")]
            :
            [
                $"TorchSharp's native library is not among the program's files in '{ProgramFolder}'. "
                + $"Build or publish the program for {Platform}, and take all of its output.",
            ];
    }

    /// <summary>Whether a line only tells of a name under which the library was not found.</summary>
    private static bool IsAttempt(string line) =>
        line.EndsWith("No such file or directory", StringComparison.Ordinal)
            && Path.GetFileName(line.Split(": ")[0]).Contains("LibTorchSharp", StringComparison.Ordinal);
}
