using Microsoft.ML.Loreal.Checks;

namespace Microsoft.ML.Loreal;

/// <summary>How <c>SaveAsOnnx</c> writes a file.</summary>
public sealed class OnnxExportOptions
{
    /// <summary>
    /// Whether the towers' weights are stored as 16-bit floating point, which halves the file. ONNX Runtime computes in single precision
    /// all the same; scores move by the rounding of the weights. Default false.
    /// </summary>
    public bool Float16Weights { get; set; }

    /// <summary>
    /// In what the towers' products are computed. Default <see cref="OnnxQuantization.None"/>. Anything else needs
    /// <see cref="CalibrationData"/>.
    /// </summary>
    public OnnxQuantization Quantization { get; set; }

    /// <summary>
    /// How the text side of prompts that depend on the image, those with attributes, is computed. Default
    /// <see cref="OnnxTextSide.Exact"/>. Anything else needs <see cref="CalibrationData"/>.
    /// </summary>
    public OnnxTextSide TextSide { get; set; }

    /// <summary>
    /// Pictures, in the column that the transformer reads, on which the exported model is compared with the transformer before it is
    /// written; some hundred, such as those of the training. With <see cref="OnnxTextSide.Compiled"/> the first, third, ... of them are
    /// what it is fitted to, and the others what it is measured on. Default: none.
    /// </summary>
    public IDataView? CalibrationData { get; set; }

    /// <summary>
    /// The label column of <see cref="CalibrationData"/>, a key as in training; rows without a label are left out. Null, the default: there
    /// are no labels, and every prediction that changes counts as lost accuracy.
    /// </summary>
    public string? LabelColumnName { get; set; }

    /// <summary>
    /// How much accuracy <see cref="Quantization"/> may cost on <see cref="CalibrationData"/>, from 0 to 1; with a compiled text side both
    /// together. Default 0.01, one point.
    /// </summary>
    public double MaxAccuracyLoss { get; set; } = 0.01;

    /// <summary>
    /// How much accuracy <see cref="OnnxTextSide.Compiled"/> may cost on <see cref="CalibrationData"/>, from 0 to 1. Default 0.005, half a
    /// point.
    /// </summary>
    public double MaxTextSideLoss { get; set; } = 0.005;

    /// <summary>
    /// Whether the weights stand in a second file beside the first, NAME.onnx.data, from which ONNX Runtime can map them into memory. The
    /// two stay together and keep their names. Only with a path. Default false: in one file, unless they take more than 2 GB.
    /// </summary>
    public bool ExternalWeights { get; set; }

    /// <summary>
    /// What the file takes: pixels that are resized and cut out already, or a whole picture. Default <see cref="OnnxInput.Pixels"/>, which
    /// <c>Microsoft.ML.Loreal.Onnx</c> reads.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to a value that is not known.</exception>
    public OnnxInput Input
    {
        get;
        set => field = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(value), value, $"Input is one of {string.Join(", ", Enum.GetNames<OnnxInput>())}.");
    }

    /// <summary>
    /// Looked at before every weight that is read, stored or written; the export then throws
    /// <see cref="OperationCanceledException"/>. Default: none.
    /// </summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Whether what is exported is measured first.</summary>
    internal bool Measures => Quantization != OnnxQuantization.None || TextSide != OnnxTextSide.Exact;

    /// <summary>The same with another quantization, for pictures that are cut out already.</summary>
    internal OnnxExportOptions ForPixels(OnnxQuantization quantization)
    {
        var copy = (OnnxExportOptions)MemberwiseClone();
        copy.Quantization = quantization;
        copy.Input = OnnxInput.Pixels;
        return copy;
    }

    /// <summary>Checks the settings against each other and the model.</summary>
    /// <param name="imageConditioned">Whether the model's text features depend on the image.</param>
    /// <exception cref="ArgumentException">A setting cannot be used, or would be without effect.</exception>
    internal void Check(bool imageConditioned)
    {
        OptionChecks.Defined(Quantization, nameof(Quantization));
        OptionChecks.Defined(TextSide, nameof(TextSide));
        OptionChecks.Check(MaxAccuracyLoss is >= 0 and <= 1, nameof(MaxAccuracyLoss), MaxAccuracyLoss, "from 0 to 1");
        OptionChecks.Check(MaxTextSideLoss is >= 0 and <= 1, nameof(MaxTextSideLoss), MaxTextSideLoss, "from 0 to 1");
        if (TextSide == OnnxTextSide.Compiled && !imageConditioned)
        {
            throw new ArgumentException(
                "TextSide is Compiled, and the prompts of this model are the same for all images: its text features are numbers in the "
                + "file already. Leave TextSide at Exact.",
                nameof(TextSide));
        }

        if (Measures && CalibrationData is null)
        {
            throw new ArgumentException(
                $"{(Quantization == OnnxQuantization.None ? $"TextSide is {TextSide}" : $"Quantization is {Quantization}")}, and "
                + "CalibrationData is not set: what the export costs is measured on pictures before it is written. Set CalibrationData to "
                + "some hundred pictures, such as those of the training, and LabelColumnName to their labels' column.",
                nameof(CalibrationData));
        }

        if (CalibrationData is not null ? !Measures : LabelColumnName is not null)
        {
            throw new ArgumentException(
                CalibrationData is null
                    ? $"LabelColumnName is '{LabelColumnName}', and there is no CalibrationData that has the column; set both or neither."
                    : "CalibrationData is set, and nothing uses it: Quantization is None and TextSide Exact. Leave it out.",
                CalibrationData is null ? nameof(LabelColumnName) : nameof(CalibrationData));
        }
    }
}
