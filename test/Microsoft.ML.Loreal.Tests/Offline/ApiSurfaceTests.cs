using System.Reflection;

namespace Microsoft.ML.Loreal.Tests.Offline;

/// <summary>
/// The stand-ins of the offline build are a strict subset of the packages that they stand in for: whatever they show, the
/// package has with the same signature. The listings of the packages' public surfaces are in the folder Api.
/// </summary>
[TestClass]
public sealed class ApiSurfaceTests
{
    private static readonly string ListingFolder = Path.Combine(AppContext.BaseDirectory, "Api");

    [TestMethod]
    [DataRow("TorchSharp", "TorchSharp.*.txt")]
    [DataRow("SixLabors.ImageSharp", "SixLabors.ImageSharp.txt")]
    [DataRow("Microsoft.ML.DataView", "Microsoft.ML.DataView.txt")]
    [DataRow("Microsoft.ML.Core", "Microsoft.ML.Core.txt")]
    [DataRow("Microsoft.ML.Data", "Microsoft.ML.*.txt")]
    [DataRow("Microsoft.ML.ImageAnalytics", "Microsoft.ML.ImageAnalytics.txt")]
    public void StandInShowsNothingThatThePackageLacks(string assemblyName, string listings)
    {
        Assembly assembly = Assembly.Load(assemblyName);
        StandIns.Only(assembly.GetTypes()[0], "there is no stand-in to compare.");
        var listed = new HashSet<string>(StringComparer.Ordinal);
        foreach (string file in Directory.GetFiles(ListingFolder, listings))
        {
            listed.UnionWith(File.ReadLines(file).Select(Comparable));
        }
        Assert.IsNotEmpty(listed, $"No listing {listings} in {ListingFolder}.");

        List<string> shown = ApiListing.Of(assembly);
        string[] extra = [.. shown.Where(line => !listed.Contains(Comparable(line)))];

        Assert.IsNotEmpty(shown);
        Assert.IsEmpty(extra, $"{extra.Length} lines of {assemblyName} are not in the package:\n{string.Join('\n', extra)}");
    }

    [TestMethod]
    public void ComparisonNoticesAnotherSignatureAndAnotherKind()
    {
        string[] listed = ["M:A.B(System.Int32 a) : System.Void | public", "T:A | public sealed class | interfaces=System.IDisposable"];

        Assert.AreEqual(Comparable(listed[1]), Comparable("T:A | public sealed class [closed]"));
        Assert.AreNotEqual(Comparable(listed[1]), Comparable("T:A | public struct"));
        Assert.AreNotEqual(Comparable(listed[1]), Comparable("T:A | public class"));
        Assert.AreNotEqual(Comparable(listed[0]), Comparable("M:A.B(System.Int32 b) : System.Void | public"));
    }

    // A type may implement less than the package's, so of its line only name, access and kind count. A delegate's line is
    // its signature, and a member's line counts as a whole.
    private static string Comparable(string line)
    {
        if (!line.StartsWith("T:", StringComparison.Ordinal))
        {
            return line;
        }
        string[] parts = line.Split(" | ");
        string kind = parts[1].Split(" [")[0];
        return kind.EndsWith(" delegate", StringComparison.Ordinal) ? line : $"{parts[0]} | {kind}";
    }
}
