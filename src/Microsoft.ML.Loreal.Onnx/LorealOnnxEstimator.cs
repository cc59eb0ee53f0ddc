using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Scoring;

namespace Microsoft.ML.Loreal;

/// <summary>A step of a pipeline that scores images with an exported ONNX model. It has nothing to learn.</summary>
public sealed class LorealOnnxEstimator : IEstimator<LorealOnnxTransformer>
{
    private readonly LorealOnnxTransformer _transformer;

    internal LorealOnnxEstimator(LorealOnnxTransformer transformer)
    {
        _transformer = transformer;
    }

    /// <summary>Checks that the data has the image column.</summary>
    /// <param name="input">Data with the image column. No row of it is read.</param>
    /// <returns>The transformer, every time the same, which whoever uses it last disposes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or has a type that is not an image.</exception>
    public LorealOnnxTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ImageColumn.Find(input.Schema, _transformer.ImageColumnName);
        return _transformer;
    }

    /// <summary>The shape with the two added columns.</summary>
    /// <param name="inputSchema">The shape of data with the image column.</param>
    /// <returns>The shape of what the transformer gives.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or has a type that is not an image.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        ImageColumn.Check(inputSchema, _transformer.ImageColumnName);
        return OutputColumns.Append(
            inputSchema, _transformer.PredictedLabelColumnName, _transformer.ScoreColumnName, _transformer.FeatureColumnName);
    }
}
