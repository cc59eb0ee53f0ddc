using System.Reflection;

namespace Microsoft.ML;

/// <summary>
/// The assembly names in models. A model names the real, signed assemblies; the stand-ins of the offline build have the
/// same simple names but no public key.
/// </summary>
internal static class LoaderAssemblies
{
    private const string NoKey = "PublicKeyToken=null";
    private const string RealKey = "PublicKeyToken=cc7b13ffcd2ddd51";

    private static readonly string[] StandIns = ["Microsoft.ML.DataView", "Microsoft.ML.Core", "Microsoft.ML.Data", "Microsoft.ML.ImageAnalytics"];

    private static readonly string[] OfMainPackage =
    [
        "Microsoft.ML.Core", "Microsoft.ML.Data", "Microsoft.ML.Transforms", "Microsoft.ML.StandardTrainers", "Microsoft.ML.KMeansClustering", "Microsoft.ML.PCA",
    ];

    public static string NameToWrite(string fullName)
    {
        if (fullName is null)
        {
            return null;
        }
        return StandIns.Contains(SimpleName(fullName)) ? fullName.Replace(NoKey, RealKey, StringComparison.Ordinal) : fullName;
    }

    public static Assembly Load(string fullName, string component)
    {
        var simpleName = SimpleName(fullName);
        var loaded = AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(assembly => assembly.GetName().Name == simpleName);
        if (loaded is not null)
        {
            return loaded;
        }
        try
        {
            return Assembly.Load(new AssemblyName(simpleName));
        }
        catch (Exception problem) when (problem is FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            var package = OfMainPackage.Contains(simpleName) ? "Microsoft.ML" : simpleName;
            throw new FileNotFoundException(
                $"The model has a component '{component}' of the assembly '{fullName}', which this program does not have. Add the package '{package}'.",
                simpleName,
                problem);
        }
        catch (ArgumentException problem)
        {
            throw new FormatException($"The model names an impossible assembly for its component '{component}'.", problem);
        }
    }

    private static string SimpleName(string fullName) => fullName.Split(',')[0].Trim();
}
