// A classifier of low-resolution pictures in one file:
//     dotnet run quickstart.cs PICTURES
// PICTURES is a folder with a folder of pictures for each class. Every fifth picture is kept for the test.
#:package Microsoft.ML.Loreal@0.1.0
#:package libtorch-cpu-linux-x64@2.10.0
#:property PublishAot=false
#:property ManagePackageVersionsCentrally=false

using Microsoft.ML;
using Microsoft.ML.Loreal;

if (args.Length != 1 || !Directory.Exists(args[0]))
{
    Console.Error.WriteLine("dotnet run quickstart.cs PICTURES: a folder with a folder of pictures for each class.");
    return 2;
}

Picture[] pictures =
[
    .. Directory.GetDirectories(args[0]).Order().SelectMany(Directory.GetFiles)
        .Select(path => new Picture { Path = path, Label = Path.GetFileName(Path.GetDirectoryName(path)!) }),
];
var ml = new MLContext(seed: 1);
IDataView train = ml.Data.LoadFromEnumerable(pictures.Where((_, index) => index % 5 != 0));
IDataView test = ml.Data.LoadFromEnumerable(pictures.Where((_, index) => index % 5 == 0));

var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
    .Append(ml.MulticlassClassification.Trainers.Loreal(new LorealTrainer.Options
    {
        ImageColumnName = "Path",
        LowResolution = 72,
        MetricsCallback = metrics => Console.Error.Write($"\r{metrics.Stage} {metrics.Epoch}   "),
    }))
    .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
ITransformer model = pipeline.Fit(train);

Console.WriteLine($"\rRight on the test: {ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy:P1}");
ml.Model.Save(model, train.Schema, "model.zip");

PredictionEngine<Picture, Prediction> engine = ml.Model.CreatePredictionEngine<Picture, Prediction>(model);
foreach (Picture picture in pictures.Where((_, index) => index % 5 == 0).Take(5))
{
    Prediction prediction = engine.Predict(picture);
    Console.WriteLine($"{picture.Path}: {prediction.PredictedLabel} ({prediction.Score.Max():P0})");
}

return 0;

class Picture
{
    public string Path { get; set; } = "";

    public string Label { get; set; } = "";
}

class Prediction
{
    public string PredictedLabel { get; set; } = "";

    public float[] Score { get; set; } = [];
}
