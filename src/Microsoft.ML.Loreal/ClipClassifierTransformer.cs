using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Data;
using Microsoft.ML.Loreal.Archive;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Export;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Loading;
using Microsoft.ML.Loreal.Onnx;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Runtime;
using Onnx;
using TorchSharp;

namespace Microsoft.ML.Loreal;

/// <summary>
/// Classifies images with a frozen CLIP model and learned prompts. It adds two columns: the predicted class as a key ("PredictedLabel" by
/// default, with the class names as key values) and the probabilities ("Score", one slot per class).
/// </summary>
/// <remarks>
/// Any number of threads may use one transformer; they take turns at the model, which itself uses all processors. <see cref="Dispose"/>
/// frees its native memory. A prediction engine disposes its transformer unless <see cref="PredictionEngineOptions.OwnsTransformer"/> is
/// false.
/// </remarks>
public abstract class ClipClassifierTransformer : ITransformer, IDisposable
{
    private const string NeverAmbiguous = "The overloads differ in their first parameter, which is required.";

    private protected ClipClassifierTransformer(IHost host, ScoredModel model, ScoringSettings settings)
    {
        Host = host;
        Scorer = new Scorer(model, settings);
    }

    /// <summary>The class names, in the order of the predicted label's keys and of the score's slots.</summary>
    public IReadOnlyList<string> ClassNames => Scorer.ClassNames;

    /// <summary>The side in pixels at which images are scored: phi, where that is a low resolution.</summary>
    public int Resolution => Scorer.Resolution;

    /// <summary>The frozen CLIP model.</summary>
    public ClipBackbone Backbone => Scorer.Model.Backbone;

    /// <summary>In what the backbone computes; saved with the transformer.</summary>
    public ComputePrecision Precision => Scorer.Model.Precision;

    /// <summary>The column with the images that are scored.</summary>
    public string ImageColumnName => Settings.ImageColumnName;

    /// <summary>The added column with the probabilities.</summary>
    public string ScoreColumnName => Settings.ScoreColumnName;

    /// <summary>
    /// The added column with the image's features, of unit length; null for none. Saved with the transformer; a change is seen by
    /// what asks for rows afterwards. Default: what the option was.
    /// </summary>
    /// <exception cref="ArgumentException">It is set to an empty name, or to that of another added column.</exception>
    public string? FeatureColumnName
    {
        get => Scorer.Settings.FeatureColumnName;
        set => Scorer.Settings = Scorer.Settings.WithFeatureColumn(value);
    }

    /// <inheritdoc/>
    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>
    /// Whether JPEG files are decoded straight to 1/2, 1/4 or 1/8 of their size, where both sides stay at least four times
    /// <see cref="Resolution"/>: faster for large photographs. Saved with the transformer; a change is seen by what asks for rows
    /// afterwards. Default: what the trainer's option was, false there.
    /// </summary>
    /// <remarks>
    /// It moves the pixels that the model sees. Over 4,313 and 5,183 photographs (Caltech-101, half of 300 x 200, resized to 24 and 16
    /// pixels) the 8-bit levels of the crops differed by 0.8 and 0.6 on average, at most 4.2 on the average of one picture; 99.9 % of the
    /// levels by at most 16, all by at most 33. That is with libjpeg's reduced decoding; a decoder that reduces the colors otherwise may
    /// differ more. Where numbers have to be those of whole pictures, leave it off.
    /// </remarks>
    public bool ReducedScaleDecoding
    {
        get => Settings.ReducedScaleDecoding;
        set => Scorer.Settings = Settings with { ReducedScaleDecoding = value };
    }

    /// <summary>
    /// The formats that an encoded image may have, told by its content; one in another format counts as unreadable. Saved with the
    /// transformer; a change is seen by what asks for rows afterwards. Default: what the trainer's option was, all there and in models
    /// saved before there was one.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to no format, or to one that is not known.</exception>
    public ImageFormats ImageFormats
    {
        get => Settings.ImageFormats;
        set
        {
            AcceptedFormats.Check(value);
            Scorer.Settings = Settings with { ImageFormats = value };
        }
    }

    /// <summary>What scores.</summary>
    internal Scorer Scorer { get; }

    /// <summary>Where messages go.</summary>
    private protected IHost Host { get; }

    /// <summary>The columns, and how images are read.</summary>
    internal ScoringSettings Settings => Scorer.Settings;

    /// <summary>Where the model computes.</summary>
    internal torch.Device Device => Scorer.Device;

    /// <summary>The input's columns and the two that are added.</summary>
    /// <param name="inputSchema">A schema with the image column.</param>
    /// <returns>The schema of what <see cref="Transform(IDataView)"/> gives.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or has a type that is not an image.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return OutputColumns.Append(inputSchema, Scorer);
    }

    /// <summary>Adds the predicted label and the scores to the data. Nothing is computed before a cursor asks for one of them.</summary>
    /// <param name="input">Data with the image column.</param>
    /// <returns>The data with the two added columns, rows in the same order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or has a type that is not an image.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoredView(Scorer, input, Warn);
    }

    /// <summary>As <see cref="Transform(IDataView)"/>, for an evaluation or a pass over many images that may have to end early.</summary>
    /// <param name="input">Data with the image column.</param>
    /// <param name="cancellationToken">
    /// Looked at before every row by each cursor over the result, which then throws <see cref="OperationCanceledException"/>.
    /// </param>
    /// <returns>The data with the two added columns, rows in the same order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or has a type that is not an image.</exception>
    public IDataView Transform(IDataView input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoredView(Scorer, input, Warn, cancellationToken);
    }

    /// <summary>
    /// The picture in an image file as the model sees it: its shorter side resized to <see cref="Resolution"/>, or as the backbone's
    /// preprocessing says otherwise, and the center cut out.
    /// </summary>
    /// <param name="imageFile">The content of an image file.</param>
    /// <returns>
    /// A picture of <see cref="Resolution"/> x <see cref="Resolution"/> opaque pixels, Rgba32, which scores as the file does, unless the
    /// backbone's preprocessing resizes to more than it cuts out. The caller disposes it.
    /// </returns>
    /// <exception cref="InvalidDataException">
    /// The file cannot be decoded, has a format that <see cref="ImageFormats"/> leaves out, or has more pixels than
    /// <see cref="ClipTrainerOptions.MaximumPixels"/> allowed in training.
    /// </exception>
    public MLImage View(byte[] imageFile)
    {
        ArgumentNullException.ThrowIfNull(imageFile);
        using RgbImage picture = Decode(imageFile);
        byte[] rgb = new byte[3 * Resolution * Resolution];
        Scorer.ImageProcessor.EvaluatePixels(picture, Resolution, rgb);
        byte[] rgba = new byte[4 * Resolution * Resolution];
        for (int from = 0, to = 0; to < rgba.Length; from += 3, to += 4)
        {
            rgb.AsSpan(from, 3).CopyTo(rgba.AsSpan(to));
            rgba[to + 3] = byte.MaxValue;
        }

        return MLImage.CreateFromPixels(Resolution, Resolution, MLPixelFormat.Rgba32, rgba);
    }

    /// <summary>
    /// Writes the classifier as one ONNX file, for devices without libtorch: 8-bit pixels in, probabilities and normalized image features
    /// out, in single precision whatever <see cref="Precision"/> is. docs/onnx.md says what the file has.
    /// </summary>
    /// <param name="path">
    /// The file. It is written under another name beside it and moved when it is complete; an export that fails leaves what was there.
    /// </param>
    /// <param name="options">How it is written; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="path"/> is empty, an option cannot be used, or <see cref="OnnxExportOptions.CalibrationData"/> has not the columns,
    /// classes or pictures that it needs.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The export costs more accuracy than <see cref="OnnxExportOptions.MaxAccuracyLoss"/> or
    /// <see cref="OnnxExportOptions.MaxTextSideLoss"/> allows; nothing was written.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was canceled; nothing is left.</exception>
    /// <exception cref="NotSupportedException">
    /// A weight is too large for <see cref="OnnxExportOptions.Float16Weights"/>.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// The backbone's weights were overwritten in place since it was opened, or a calibration picture cannot be read and the transformer
    /// does not skip such.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    [SuppressMessage("ApiDesign", "RS0026", Justification = NeverAmbiguous)]
    public void SaveAsOnnx(string path, OnnxExportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        OnnxFile.Check(path);
        options ??= new OnnxExportOptions();
        OnnxFile.Write(path, ToOnnx(options), options);
    }

    /// <summary>
    /// Writes the classifier as one ONNX file, for devices without libtorch: 8-bit pixels in, probabilities and normalized image features
    /// out, in single precision whatever <see cref="Precision"/> is. docs/onnx.md says what the file has.
    /// </summary>
    /// <param name="stream">Where to. It is left open, and nothing is written to it before the whole model is made.</param>
    /// <param name="options">How it is written; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="stream"/> cannot be written to. <see cref="OnnxExportOptions.ExternalWeights"/> is set, and a stream has no file
    /// beside it. Or an option cannot be used, or
    /// <see cref="OnnxExportOptions.CalibrationData"/> has not the columns, classes or pictures that it needs.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The export costs more accuracy than <see cref="OnnxExportOptions.MaxAccuracyLoss"/> or
    /// <see cref="OnnxExportOptions.MaxTextSideLoss"/> allows; nothing was written.
    /// </exception>
    /// <exception cref="IOException">The stream cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">
    /// It was canceled: nothing was written, or, where it came while the model was being written, a part of it.
    /// </exception>
    /// <exception cref="NotSupportedException">
    /// A weight is too large for <see cref="OnnxExportOptions.Float16Weights"/>, or the weights take more than 2 GB.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// The backbone's weights were overwritten in place since it was opened, or a calibration picture cannot be read and the transformer
    /// does not skip such.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    [SuppressMessage("ApiDesign", "RS0026", Justification = NeverAmbiguous)]
    public void SaveAsOnnx(Stream stream, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanWrite)
        {
            throw new ArgumentException("The stream cannot be written to; give one that is open for writing.", nameof(stream));
        }

        options ??= new OnnxExportOptions();
        if (options.ExternalWeights)
        {
            throw new ArgumentException(
                "ExternalWeights puts the weights into a second file beside the first, which a stream does not have; export to a path.",
                nameof(options));
        }

        OnnxFile.Write(stream, ToOnnx(options), options.CancellationToken);
    }

    /// <summary>
    /// Frees the native memory, once a scoring in progress is done. Later ones throw <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose() => Scorer.Dispose();

    /// <inheritdoc/>
    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new ScoringMapper(Scorer, inputSchema);
    }

    /// <inheritdoc/>
    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        SavedTransformers.Save(ctx, Kind, Scorer.Model, Settings);
    }

    /// <summary>What a precision is on this transformer's device, where it leaves the choice open.</summary>
    private protected ComputePrecision Concrete(ComputePrecision precision)
    {
        using IChannel channel = Host.Start("WithPrecision");
        return AutoPrecision.Resolve(precision, Backbone.Config, Device, message => channel.Info(MessageSensitivity.None, message));
    }

    private ModelProto ToOnnx(OnnxExportOptions options)
    {
        options.Check(Scorer.Model.HasImageConditionedText);
        if (!options.Measures)
        {
            return Scorer.Model.ToOnnx(options);
        }

        using IChannel channel = Host.Start("SaveAsOnnx");
        return new MeasuredExport(Scorer, options, channel).Model();
    }

    private RgbImage Decode(byte[] imageFile)
    {
        try
        {
            return Settings.CreateDecoder(Scorer.ImageProcessor.ResizedSide(Resolution)).Decode(imageFile);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"The image cannot be used: {exception.Message.TrimEnd('.')}.", exception);
        }
    }

    private void Warn(string message)
    {
        using IChannel channel = Host.Start("Transform");
        channel.Warning(MessageSensitivity.UserData, message);
    }

    /// <summary>What the transformer is known by in a model archive.</summary>
    private protected abstract ModelKind Kind { get; }
}
