using System.Runtime.CompilerServices;

namespace Microsoft.ML.Loreal.Tests;

[TestClass]
public sealed class PublicApiTests
{
    private const string UpdateVariable = "LOREAL_UPDATE_PUBLIC_API";

    [TestMethod]
    public void ThePublicSurfaceIsWhatPublicApiTxtSays()
    {
        string path = ListingPath();
        List<string> actual = ApiListing.Of(typeof(LorealTrainer).Assembly);
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            File.WriteAllLines(path, actual);
        }

        string[] listed = File.ReadAllLines(path);
        string[] changes = [.. actual.Except(listed).Select(line => "+ " + line), .. listed.Except(actual).Select(line => "- " + line)];
        Assert.IsEmpty(
            changes,
            $"The public surface differs from {path}. If that is meant, run this test with {UpdateVariable}=1 and commit the file:\n{string.Join('\n', changes)}");
    }

    private static string ListingPath([CallerFilePath] string source = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "../../src/Microsoft.ML.Loreal/PublicApi.txt"));
}
