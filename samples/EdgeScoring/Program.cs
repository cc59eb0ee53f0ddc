using System.Globalization;
using Microsoft.ML.Loreal;

// Classifies pictures with an exported model: EdgeScoring MODEL.onnx PICTURE | FOLDER | - ...
if (args.Length < 2)
{
    Console.Error.WriteLine(
        "EdgeScoring MODEL.onnx WHAT ...: WHAT is a picture, a folder of pictures, or - for a picture on standard input.");
    return 2;
}

int status = 0;
try
{
    using var classifier = LorealClassifier.Load(args[0]);
    foreach (string what in args[1..])
    {
        if (what == "-")
        {
            using var content = new MemoryStream();
            Console.OpenStandardInput().CopyTo(content);
            Print(what, classifier.Predict(content.ToArray()));
            continue;
        }

        string[] paths = Directory.Exists(what) ? [.. Directory.EnumerateFiles(what).Order(StringComparer.Ordinal)] : [what];
        foreach (string path in paths)
        {
            try
            {
                Print(path, classifier.Predict(path));
            }
            catch (InvalidDataException exception)
            {
                Console.Error.WriteLine(exception.Message);
                status = 1;
            }
        }
    }

    return status;
}
catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

static void Print(string picture, ImagePrediction prediction) =>
    Console.WriteLine($"{picture}\t{prediction.ClassName}\t{prediction.Probability.ToString("0.0000000", CultureInfo.InvariantCulture)}");
