namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>A way to export a model, for a benchmark.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Options">The options. Accuracy is not looked at: the models are not trained.</param>
internal sealed record OnnxVariant(string Name, OnnxExportOptions Options)
{
    /// <summary>The ways that matter for speed and memory.</summary>
    /// <param name="attributes">Whether the model has attributes, so that its text side can be compiled.</param>
    /// <param name="pictures">The pictures for what has to be measured or fitted.</param>
    public static IEnumerable<OnnxVariant> Of(bool attributes, IDataView pictures)
    {
        yield return new("single precision", new());
        yield return new("int8", Calibrated(pictures, OnnxQuantization.Int8, OnnxTextSide.Exact));
        if (attributes)
        {
            yield return new("compiled text", Calibrated(pictures, OnnxQuantization.None, OnnxTextSide.Compiled));
            yield return new("int8, compiled text", Calibrated(pictures, OnnxQuantization.Int8, OnnxTextSide.Compiled));
        }
    }

    private static OnnxExportOptions Calibrated(IDataView pictures, OnnxQuantization quantization, OnnxTextSide textSide) => new()
    {
        Quantization = quantization,
        TextSide = textSide,
        CalibrationData = pictures,
        MaxAccuracyLoss = 1,
        MaxTextSideLoss = 1,
    };
}
