using Microsoft.ML.Loreal.MLNet;
using Microsoft.ML.Loreal.Sessions;

namespace Microsoft.ML.Loreal;

/// <summary>
/// Adds exported models to the transforms of an <see cref="MLContext"/>: <c>mlContext.Transforms.ApplyLorealOnnx("model.onnx")</c>.
/// </summary>
public static class LorealOnnxCatalog
{
    /// <summary>Creates a step that scores images with an exported ONNX model. The file is opened and checked at once.</summary>
    /// <param name="catalog">The transforms of the <see cref="MLContext"/>.</param>
    /// <param name="path">The ONNX file that SaveAsOnnx wrote. One with weights of more than 2 GB has another file beside it.</param>
    /// <param name="options">The settings, which are copied. Null: the defaults.</param>
    /// <returns>The step.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// It is no ONNX model, not one that this version of the package reads, damaged or incomplete; the message says which.
    /// </exception>
    /// <exception cref="ArgumentException">A setting cannot be used; the message names it and what is valid.</exception>
    public static LorealOnnxEstimator ApplyLorealOnnx(this TransformsCatalog catalog, string path, LorealOnnxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new LorealOnnxOptions();
        Scoring.ScoringSettings settings = options.ToSettings();
        return new LorealOnnxEstimator(
            new LorealOnnxTransformer(HostEnvironments.Of(catalog), OnnxFiles.Open(path), path, settings, options));
    }
}
