namespace Microsoft.ML.Loreal.Tests;

/// <summary>Paths that lead nowhere: the message names the cause that can be seen in the path.</summary>
[TestClass]
public sealed class PathMessageTests
{
    private static readonly TemporaryFolder _folder = new();

    public static IEnumerable<object[]> Paths
    {
        get
        {
            string folder = Directory.CreateDirectory(_folder["pictures"]).FullName;
            string cafe = Path.Combine(folder, "caf\u00e9.png");
            File.WriteAllBytes(cafe, []);
            yield return [folder, "it is a folder"];
            yield return [folder + Path.DirectorySeparatorChar, "it is a folder"];
            yield return [cafe.Replace('/', '\\'), $"separated by '/'"];
            yield return [$"\"{cafe}\"", "quotation marks"];
            yield return [$"'{cafe}'", "quotation marks"];
            yield return [cafe + " ", $"ends with white space; '{cafe}' is there"];
            yield return [cafe + "\r", "ends with white space"];
            yield return ["\t" + cafe, "begins with white space"];
            yield return [new Uri(cafe).AbsoluteUri, "LocalPath"];
            yield return ["https://example.com/a.png", "download it first"];
            yield return ["data:image/png;base64,AAAA", "it is a URI"];
            yield return ["~/pictures/a.png", "'~'"];
            yield return [Path.Combine(folder, "cafe\u0301.png"), $"but '{Path.GetFileName(cafe)}'"];
            yield return [Path.Combine(folder, "CAF\u00c9.PNG"), $"but '{Path.GetFileName(cafe)}'"];
            yield return [Path.Combine(folder, "dog.png"), "there is no such file"];
            yield return [Path.Combine(folder, "none", "dog.png"), $"there is no folder '{Path.Combine(folder, "none")}'"];
            yield return [Path.Combine(_folder["PICTURES"], "dog.png"), "but 'pictures', which is written"];
            yield return ["dog.png", $"in the current folder '{Directory.GetCurrentDirectory()}'"];
        }
    }

    [ClassCleanup]
    public static void Clean() => _folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(Paths))]
    public void TheCauseIsNamed(string path, string cause)
    {
        var ml = new MLContext(1);
        IDataView rows = ml.Data.LoadFromEnumerable(new[] { new Photo { ImagePath = path } });
        IDataView data = ml.Transforms.CopyColumns("Image", nameof(Photo.ImagePath)).Fit(rows).Transform(rows);
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => Rows.Scores(Trained.Loreal.Transform(data)));
        StringAssert.Contains(error.Message, cause);
        StringAssert.Contains(error.Message, $"file '{path}'");
    }
}
