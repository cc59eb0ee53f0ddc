using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.Loreal.Native;

/// <summary>
/// The door to TorchSharp: whatever computes passes here first, and learns what is missing where its native libraries do not load.
/// </summary>
internal static class TorchRuntime
{
    private const string Libtorch = "torch_cpu";
    private const string TorchSharpNative = "LibTorchSharp";

    private static volatile bool _loaded;

    /// <summary>This process's system and architecture as runtime identifiers name them: linux-x64.</summary>
    public static string Platform { get; } = SystemName() + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    /// <summary>Loads the native libraries, unless they are loaded already.</summary>
    /// <exception cref="InvalidOperationException">They do not load; the message says why, and what to do.</exception>
    public static void EnsureLoaded()
    {
        if (!_loaded)
        {
            Load();
            _loaded = true;
        }
    }

    private static void Load()
    {
        Assembly torchSharp = typeof(torch).Assembly;
        try
        {
            // TorchSharp loads these two, in this order, in its static constructor. There a failure hides the loader's words, writes 60
            // lines to the console and may first copy half a gigabyte into the program's folder; so it is tried here.
            NativeLibrary.TryLoad(Libtorch, torchSharp, null, out _);
            if (!IsInPackageFolder(torchSharp))
            {
                NativeLibrary.Load(TorchSharpNative, torchSharp, null);
            }

            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception exception)
            when (exception is DllNotFoundException or BadImageFormatException or TypeInitializationException or NotSupportedException)
        {
            throw new InvalidOperationException(Failure(torchSharp, exception).Explain(), exception);
        }
    }

    private static string SystemName() => OperatingSystem.IsWindows() ? "win"
        : OperatingSystem.IsMacOS() ? "osx"
        : RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? "linux-musl" : "linux";

    /// <summary>
    /// Whether TorchSharp is used where NuGet unpacked it, as in scripts and notebooks: there TorchSharp itself must gather its libraries
    /// from several packages.
    /// </summary>
    private static bool IsInPackageFolder(Assembly torchSharp) =>
        torchSharp.Location is { Length: > 0 } path
            && new FileInfo(path).Directory is { Parent: { Name: "lib", Parent.Parent.Name: "torchsharp" } };

    private static NativeLoadFailure Failure(Assembly torchSharp, Exception exception)
    {
        string loaderMessage = exception.GetBaseException().Message;
        return new NativeLoadFailure(
            Platform,
            AppContext.BaseDirectory,
            NativeFolders(torchSharp).Any(HasLibtorch),
            loaderMessage,
            OldCxxRuntime.Find(loaderMessage),
            Version(torchSharp),
            Version(typeof(TorchRuntime).Assembly));
    }

    private static IEnumerable<string> NativeFolders(Assembly torchSharp)
    {
        string natives = Path.Combine("runtimes", Platform, "native");
        string[] searched = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(Path.PathSeparator);
        string[] folders = [AppContext.BaseDirectory, Path.GetDirectoryName(torchSharp.Location) ?? ""];
        return folders.SelectMany(folder => new[] { folder, Path.Combine(folder, natives) })
            .Concat(searched)
            .Where(Directory.Exists);
    }

    private static bool HasLibtorch(string folder) =>
        Directory.EnumerateFiles(folder).Select(Path.GetFileNameWithoutExtension).Any(name => name is Libtorch or $"lib{Libtorch}");

    /// <summary>The version of the package that an assembly came in.</summary>
    private static string Version(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? assembly.GetName().Version!.ToString(3);
}
