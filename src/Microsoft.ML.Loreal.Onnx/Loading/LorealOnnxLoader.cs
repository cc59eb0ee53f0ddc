using Microsoft.ML;
using Microsoft.ML.Loreal;
using Microsoft.ML.Loreal.Archive;
using Microsoft.ML.Loreal.Loading;
using Microsoft.ML.Loreal.Sessions;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(LorealOnnxTransformer),
    typeof(LorealOnnxLoader),
    null,
    typeof(SignatureLoadModel),
    "LOREAL image classifier in ONNX",
    nameof(LorealOnnxTransformer))]

namespace Microsoft.ML.Loreal.Loading;

/// <summary>A <see cref="LorealOnnxTransformer"/> in ML.NET's model archive.</summary>
internal static class LorealOnnxLoader
{
    private const string ModelPart = "Model.onnx";
    private const string WeightsFolder = "Weights/";

    /// <summary>ML.NET calls this when it meets the transformer in an archive.</summary>
    public static LorealOnnxTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        var archive = ModelArchive.Open(ctx, LorealOnnxTransformer.SavedKind.ToVersionInfo());
        ModelPart model = archive.Parts.FirstOrDefault(part => part.Name == ModelPart)
            ?? throw new InvalidDataException($"The saved LOREAL model has no part '{ModelPart}'; the archive is incomplete.");
        ModelPart? weights = archive.Parts.FirstOrDefault(part => part.Name.StartsWith(WeightsFolder, StringComparison.Ordinal));
        var files = new OnnxFiles(
            "in the saved pipeline",
            archive.Read(model),
            weights?.Name[WeightsFolder.Length..],
            weights is null ? null : archive.Read(weights));
        return new LorealOnnxTransformer(env, files, null, archive.Settings, new LorealOnnxOptions());
    }

    /// <summary>Saves a model and its settings.</summary>
    public static void Save(ModelSaveContext context, OnnxFiles files, Scoring.ScoringSettings settings) =>
        ModelArchive.Save(context, LorealOnnxTransformer.SavedKind.ToVersionInfo(), settings, writePart =>
        {
            writePart(ModelPart, stream => Copy(files.Model, stream));
            if (files.Weights is { } weights)
            {
                writePart(WeightsFolder + files.WeightsName, stream => Copy(weights, stream));
            }
        });

    private static void Copy(Files.FileContent content, Stream destination)
    {
        using Stream source = content.Open();
        source.CopyTo(destination);
    }
}
