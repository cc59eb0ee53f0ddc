using System.Runtime.InteropServices;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>What a program's calls throw where the native libraries do not load, each time in a process of its own.</summary>
[TestClass]
public sealed class TorchRuntimeTests
{
    // The native libraries that programs have without a libtorch.
    private static readonly string[] _withoutLibtorch = ["LibTorchSharp", "SkiaSharp", "LdaNative"];

    // Where systems keep the C++ runtime.
    private static readonly string[] _cxxRuntimes =
    [
        "/lib/x86_64-linux-gnu/libstdc++.so.6",
        "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
        "/usr/lib64/libstdc++.so.6",
        "/usr/lib/libstdc++.so.6",
    ];

    [TestMethod]
    public void AProgramWithoutLibtorchIsToldWhatToAdd()
    {
        using var folder = new TemporaryFolder();
        CopyWithoutLibtorch(folder.Path);

        string message = AssertExplained(LoadingProcess.Start(folder.Path, Model(folder), _ => { }));

        StringAssert.Contains(message, folder.Path);
        StringAssert.Contains(message, "dotnet add package TorchSharp-cpu --version 0.107.0");
        StringAssert.Contains(message, $"dotnet add package libtorch-cpu-{PortableIdentifier()} --version 2.10.0");
    }

    [TestMethod]
    public void TheSystemsOwnRuntimeServesOrIsNamedWithWhatItLacks()
    {
        using var folder = new TemporaryFolder();
        string? runtime = OperatingSystem.IsLinux() ? _cxxRuntimes.FirstOrDefault(File.Exists) : null;
        int highest = runtime is null ? int.MaxValue : Versions(runtime).Max();

        (LoadingProcess.Errors errors, string output) = LoadingProcess.Start(
            AppContext.BaseDirectory, Model(folder), environment => environment.Remove("LD_LIBRARY_PATH"));

        if (highest >= OldCxxRuntime.TorchSharpNeeds)
        {
            Assert.IsEmpty(errors.Load);
            Assert.Contains(error => error.Message.Contains(LoadingProcess.MissingPicture, StringComparison.Ordinal), errors.Fit);
            return;
        }

        string message = AssertExplained((errors, output));
        StringAssert.Contains(message, $"libstdc++.so.6 ends at GLIBCXX_3.4.{highest}, and GLIBCXX_3.4.32 is needed");
        Assert.AreEqual(highest >= 30, message.Contains("tools/cxx-runtime.sh", StringComparison.Ordinal));
    }

    /// <summary>
    /// The same explanation from both calls, outermost in Fit, with the loader's own error inside, and nothing on the console.
    /// </summary>
    private static string AssertExplained((LoadingProcess.Errors Errors, string Output) ended)
    {
        (LoadingProcess.Errors errors, string output) = ended;
        Assert.AreEqual("", output);
        Assert.AreEqual(nameof(InvalidOperationException), errors.Fit[0].Type);
        Assert.AreEqual(nameof(DllNotFoundException), errors.Fit[1].Type);
        string message = errors.Fit[0].Message;
        Assert.IsLessThanOrEqualTo(6, message.Split('\n').Length);

        // ML.NET calls a loader by reflection, so that every error in a saved model comes in such a wrapping.
        foreach (LoadingProcess.ErrorText[] load in new[] { errors.Load, errors.LoadAgain })
        {
            CollectionAssert.AreEqual(
                errors.Fit,
                load.SkipWhile(error => error.Type == nameof(System.Reflection.TargetInvocationException)).ToArray());
        }

        return message;
    }

    private static string Model(TemporaryFolder folder)
    {
        string path = folder["model.zip"];
        var ml = new MLContext(1);
        ml.Model.Save(Trained.Model, Trained.Data(ml).Schema, path);
        return path;
    }

    /// <summary>Copies this program as it is built where its project names no libtorch.</summary>
    private static void CopyWithoutLibtorch(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(AppContext.BaseDirectory, path);
            bool isNative = relative.StartsWith("runtimes", StringComparison.Ordinal);
            if (isNative ? _withoutLibtorch.Any(Path.GetFileName(path).Contains) : !relative.Contains(Path.DirectorySeparatorChar))
            {
                string copy = Path.Combine(folder, relative);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(path, copy);
            }
        }
    }

    private static string PortableIdentifier() =>
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")
            + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "-arm64" : "-x64");

    private static IEnumerable<int> Versions(string library) =>
        System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(library)).Split("GLIBCXX_3.4.").Skip(1)
            .Select(rest => int.Parse(string.Concat(rest.TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture));
}
