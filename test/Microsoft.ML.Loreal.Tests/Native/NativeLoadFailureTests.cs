namespace Microsoft.ML.Loreal.Tests;

/// <summary>What a user reads where the native libraries do not load, for every system whatever this one is.</summary>
[TestClass]
public sealed class NativeLoadFailureTests
{
    private const string OldRuntime = "/lib/x86_64-linux-gnu/libstdc++.so.6";

    [TestMethod]
    [DataRow("linux-x64", "TorchSharp-cuda-linux")]
    [DataRow("win-x64", "TorchSharp-cuda-windows")]
    [DataRow("win-arm64", null)]
    [DataRow("osx-arm64", null)]
    public void WithoutLibtorchItsPackagesForTheSystemAreNamed(string platform, string? cudaPackage)
    {
        string message = Explain(platform, hasLibtorch: false, "libtorch.so: cannot open shared object file: No such file or directory");

        StringAssert.Contains(message, "no libtorch is among the program's files in '/app/'");
        StringAssert.Contains(message, $"dotnet add package libtorch-cpu-{platform} --version 2.10.0");
        StringAssert.Contains(message, "dotnet add package TorchSharp-cpu --version 0.107.0");
        Assert.AreEqual(cudaPackage is not null, message.Contains("cuda", StringComparison.Ordinal));
        StringAssert.Contains(message, $"dotnet add package {cudaPackage ?? "TorchSharp-cpu"} --version 0.107.0");
    }

    [TestMethod]
    [DataRow("linux-arm64")]
    [DataRow("linux-musl-x64")]
    [DataRow("osx-x64")]
    public void ASystemThatHasNoLibtorchIsToldWhichDo(string platform)
    {
        string message = Explain(platform, hasLibtorch: false, "whatever");

        StringAssert.Contains(message, $"there is no libtorch for {platform}");
        StringAssert.Contains(message, "linux-x64, win-x64");
        StringAssert.DoesNotMatch(message, new("dotnet add package"));
    }

    [TestMethod]
    [DataRow(30)]
    [DataRow(31)]
    public void OverTheRuntimeOfGcc12TheScriptIsOffered(int found)
    {
        string message = Explain("linux-x64", hasLibtorch: true, "", new OldCxxRuntime(OldRuntime, found, 32));

        StringAssert.Contains(message, $"{OldRuntime} ends at GLIBCXX_3.4.{found}, and GLIBCXX_3.4.32 is needed");
        StringAssert.Contains(message, "newer base image");
        StringAssert.Contains(
            message, "bash \"${NUGET_PACKAGES:-$HOME/.nuget/packages}/microsoft.ml.loreal/0.1.0/tools/cxx-runtime.sh\" ~/cxx-runtime");
        StringAssert.Contains(message, "LD_LIBRARY_PATH=~/cxx-runtime");
    }

    [TestMethod]
    [DataRow(29, 32)]
    [DataRow(25, 32)]
    [DataRow(30, 33)]
    [DataRow(null, 32)]
    public void OverAnotherRuntimeOnlyANewerSystemHelps(int? found, int needed)
    {
        string message = Explain("linux-x64", hasLibtorch: true, "", new OldCxxRuntime(OldRuntime, found, needed));

        StringAssert.Contains(message, $"GLIBCXX_3.4.{needed} is needed");
        StringAssert.Contains(message, "newer base image");
        Assert.AreEqual(found is not null, message.Contains($"ends at GLIBCXX_3.4.{found}", StringComparison.Ordinal));
        StringAssert.DoesNotMatch(message, new("cxx-runtime"));
    }

    [TestMethod]
    public void OtherwiseTheLoaderIsQuotedWithoutTheNamesThatItTried()
    {
        const string LoaderMessage = """
            Unable to load shared library 'LibTorchSharp' or one of its dependencies. In order to help diagnose loading problems, consider using a tool like strace.
            /usr/share/dotnet/libLibTorchSharp.so: cannot open shared object file: No such file or directory
            libgomp-98b21ff3.so.1: cannot open shared object file: No such file or directory
            /app/LibTorchSharp: cannot open shared object file: No such file or directory
            """;
        string[] lines = Explain("linux-x64", hasLibtorch: true, LoaderMessage).Split('\n');

        Assert.HasCount(2, lines);
        StringAssert.Contains(lines[0], "does not load");
        Assert.AreEqual("  libgomp-98b21ff3.so.1: cannot open shared object file: No such file or directory", lines[1]);
    }

    [TestMethod]
    public void ALoaderOfOneLineIsQuotedWhole()
    {
        const string LoaderMessage =
            "Unable to load DLL 'LibTorchSharp' or one of its dependencies: The specified module could not be found. (0x8007007E)";

        StringAssert.EndsWith(Explain("win-x64", hasLibtorch: true, LoaderMessage), $"\n  {LoaderMessage}");
    }

    [TestMethod]
    public void WhereTheLoaderFoundNothingThePublishedOutputIsAskedFor()
    {
        const string LoaderMessage =
            "Unable to load shared library 'LibTorchSharp'.\n"
            + "/app/libLibTorchSharp.so: cannot open shared object file: No such file or directory\n";

        StringAssert.Contains(Explain("linux-x64", hasLibtorch: true, LoaderMessage), "is not among the program's files in '/app/'");
    }

    [TestMethod]
    public void TheComplaintOfTheLoaderIsUnderstood()
    {
        using var folder = new TemporaryFolder();
        string library = folder["libstdc++.so.6"];
        File.WriteAllBytes(library, [0, 255, .. "GLIBCXX_3.4\0GLIBCXX_3.4.9\0GLIBCXX_3.4.30\0GLIBCXX_3.4.4\0GLIBCXX_DEBUG"u8]);
        string complaint =
            "Unable to load.\n/a/libLibTorchSharp.so: cannot open\n"
            + $"{library}: version `GLIBCXX_3.4.30' not found (required by /app/libLibTorchSharp.so)\n";

        // The loader may stop at a lower version than the highest that is missing.
        Assert.AreEqual(new OldCxxRuntime(library, 30, 32), OldCxxRuntime.Find(complaint));
        Assert.AreEqual(
            new OldCxxRuntime(library, 30, 33), OldCxxRuntime.Find(complaint.Replace("3.4.30", "3.4.33", StringComparison.Ordinal)));
        Assert.AreEqual(
            new OldCxxRuntime("/none/libstdc++.so.6", null, 32),
            OldCxxRuntime.Find(complaint.Replace(folder.Path, "/none", StringComparison.Ordinal)));
        Assert.IsNull(OldCxxRuntime.Find("libm.so.6: version `GLIBC_2.38' not found (required by libstdc++.so.6)"));
    }

    [TestMethod]
    public void TheNamedVersionIsTheLibtorchOfTheReferencedTorchSharp() =>
        StringAssert.StartsWith(TorchSharp.torch.__version__, NativeLoadFailure.LibtorchVersion);

    private static string Explain(string platform, bool hasLibtorch, string loaderMessage, OldCxxRuntime? runtime = null)
    {
        string message = new NativeLoadFailure(platform, "/app/", hasLibtorch, loaderMessage, runtime, "0.107.0", "0.1.0").Explain();
        Assert.IsLessThanOrEqualTo(6, message.Split('\n').Length);
        return message;
    }
}
