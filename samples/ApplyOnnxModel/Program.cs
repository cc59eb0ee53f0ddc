using System.Globalization;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;

// Classifies pictures with ML.NET's own ApplyOnnxModel: ApplyOnnxModel MODEL.onnx PICTURE | FOLDER ...
// The model is one that takes whole pictures: SaveAsOnnx with OnnxExportOptions.Input = OnnxInput.Image.
if (args.Length < 2)
{
    Console.Error.WriteLine("ApplyOnnxModel MODEL.onnx WHAT ...: WHAT is a picture or a folder of pictures.");
    return 2;
}

const string Image = "image";
string model = args[0];
string[] classes;
using (var session = new InferenceSession(model))
{
    if (!session.InputMetadata.ContainsKey(Image))
    {
        Console.Error.WriteLine(
            $"'{model}' takes {string.Join(", ", session.InputNames)}; expected: {Image}. Export it with OnnxInput.Image.");
        return 1;
    }

    classes = JsonSerializer.Deserialize<string[]>(session.ModelMetadata.CustomMetadataMap["loreal.classes"])!;
}

var mlContext = new MLContext();
IEnumerable<string> paths = args[1..].SelectMany(
    what => Directory.Exists(what) ? Directory.EnumerateFiles(what).Order(StringComparer.Ordinal) : Enumerable.Repeat(what, 1));

// A column of ML.NET has one size for all of its rows, so that pictures of each size take a pipeline of their own.
ILookup<(int Width, int Height), string> sizes;
try
{
    sizes = paths.ToLookup(Size);
}
catch (InvalidDataException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

foreach (IGrouping<(int Width, int Height), string> pictures in sizes)
{
    (int width, int height) = pictures.Key;
    IDataView data = mlContext.Data.LoadFromEnumerable(pictures.Select(path => new Picture { Path = path }));
    ITransformer transformer = mlContext.Transforms.LoadImages(Image, imageFolder: "", nameof(Picture.Path))
        // Only tells ML.NET the size: the pictures have it.
        .Append(mlContext.Transforms.ResizeImages(Image, width, height))
        .Append(mlContext.Transforms.ExtractPixels(Image, interleavePixelColors: true, outputAsFloatArray: false))
        .Append(mlContext.Transforms.ApplyOnnxModel(
            outputColumnNames: ["scores"],
            inputColumnNames: [Image],
            modelFile: model,
            shapeDictionary: new Dictionary<string, int[]> { [Image] = [1, height, width, 3] },
            gpuDeviceId: null,
            fallbackToCpu: false))
        .Fit(data);
    IEnumerable<float[]> rows = transformer.Transform(data).GetColumn<float[]>("scores");
    foreach ((string path, float[] scores) in pictures.Zip(rows))
    {
        float largest = scores.Max();
        string name = classes[Array.IndexOf(scores, largest)];
        Console.WriteLine($"{path}\t{name}\t{largest.ToString("0.0000000", CultureInfo.InvariantCulture)}");
    }
}

return 0;

static (int Width, int Height) Size(string path)
{
    try
    {
        using var image = MLImage.CreateFromFile(path);
        return (image.Width, image.Height);
    }
    catch (Exception exception) when (exception is ArgumentException or IOException)
    {
        throw new InvalidDataException($"'{path}' is no picture that ML.NET can read.", exception);
    }
}

/// <summary>A row of the data.</summary>
internal sealed class Picture
{
    /// <summary>The picture's file.</summary>
    public string Path { get; set; } = "";
}
