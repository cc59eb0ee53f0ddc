using Mono.Cecil;

namespace Microsoft.ML.Loreal.Tests.House;

/// <summary>The folders are boundaries: what stands on one floor knows only what stands on it and below.</summary>
[TestClass]
public sealed class FolderTests
{
    private const string Using = "using Microsoft.ML.Loreal.";

    // From the ground up. Rooms in one line share a floor.
    private static readonly string[][] _coreFloors =
        [["MLNet", "Text", "Files", "Checks"], ["Images"], ["Labels", "Onnx"], ["Scoring"], ["Archive"]];

    private static readonly string[][] _floors =
    [
        ["MLNet"],
        ["Native"],
        ["Tensors"],
        ["Clip/Tokenizer"],
        ["Clip/Published"],
        ["Hub"],
        ["Clip"],
        ["Prompts"],
        ["Onnx"],
        ["Training/Data"],
        ["Training/Features"],
        ["Training/Progress"],
        ["Training/Checkpoints"],
        ["Training"],
        ["Scoring"],
        ["Export"],
        ["Loreal"],
        ["PromptKD/Teacher"],
        ["PromptKD/Regions"],
        ["PromptKD"],
        ["Options", "Loading", ""],
    ];

    private static readonly string[][] _onnxFloors = [["MLNet", "Options"], ["Sessions"], ["Scoring"], ["Loading", ""]];

    private static readonly AssemblyRooms _core = new(typeof(ImageDecoder).Assembly, Repository.At("src", "Microsoft.ML.Loreal.Core"));
    private static readonly AssemblyRooms _onnx = new(
        typeof(LorealClassifier).Assembly, Repository.At("src", "Microsoft.ML.Loreal.Onnx"));

    private static readonly AssemblyRooms _product = new(typeof(LorealTrainer).Assembly, Repository.At("src", "Microsoft.ML.Loreal"));

    [TestMethod]
    public void ArrowsBetweenFoldersGoDownOnly()
    {
        Assert.IsEmpty(Upwards(_core, _coreFloors), Listed(Upwards(_core, _coreFloors)));
        Assert.IsEmpty(Upwards(_onnx, _onnxFloors), Listed(Upwards(_onnx, _onnxFloors)));
        Assert.IsEmpty(Upwards(_product, _floors), Listed(Upwards(_product, _floors)));
    }

    [TestMethod]
    public void AnArrowUpIsFound()
    {
        // The same floors upside down: were nothing found now, nothing would be found above.
        string[] found = Upwards(_product, [.. _floors.Reverse()]);

        Assert.Contains(pair => pair.StartsWith("Loading/SavedTransformers -> Scoring/ScoredModel", StringComparison.Ordinal), found);
        Assert.Contains(pair => pair.Contains("Prompts/PromptLearner -> Clip/ClipModel", StringComparison.Ordinal), found);
    }

    [TestMethod]
    public void NoFileAsksForANamespaceAboveIt()
    {
        // What the compiler leaves no trace of, such as constants and nameof. The other packages' namespaces may be asked for everywhere.
        string source = Repository.At("src", "Microsoft.ML.Loreal");
        Dictionary<string, int> floorOf = Floors(_floors);
        string[] found =
        [
            .. Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories).SelectMany(file => File.ReadLines(file)
                .Where(line => line.StartsWith(Using, StringComparison.Ordinal))
                .Select(line => line[Using.Length..].TrimEnd(';').Replace('.', '/'))
                .Where(asked => !_coreFloors.Any(floor => floor.Contains(asked)))
                .Where(asked => floorOf.ContainsKey(asked) && floorOf[AssemblyRooms.Folder(source, file)] < floorOf[asked])
                .Select(asked => $"{Path.GetRelativePath(source, file)} -> {asked}")),
        ];

        Assert.IsEmpty(found, Listed(found));
    }

    [TestMethod]
    public void TheCoreKnowsNothingOfTensors()
    {
        string[] known = [.. typeof(ImageDecoder).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!)];

        Assert.DoesNotContain("TorchSharp", known);
        Assert.Contains("SkiaSharp", known);
    }

    private static string[] Upwards(AssemblyRooms rooms, string[][] floors)
    {
        Dictionary<string, int> floorOf = Floors(floors);
        return
        [
            .. rooms.Types.SelectMany(type => rooms.References(type).Where(other => Floor(type) < Floor(other))
                .Select(other => $"{rooms.Room(type)}/{type.Name} -> {rooms.Room(other)}/{other.Name}")),
        ];

        int Floor(TypeDefinition type) => floorOf.TryGetValue(rooms.Room(type), out int floor)
            ? floor
            : throw new AssertFailedException($"{type.FullName} is in the folder '{rooms.Room(type)}', which is on no floor.");
    }

    private static Dictionary<string, int> Floors(string[][] floors) =>
        floors.Index().SelectMany(floor => floor.Item.Select(room => (room, floor.Index))).ToDictionary();

    private static string Listed(string[] pairs) => "These know what stands above them:\n" + string.Join('\n', pairs);
}
