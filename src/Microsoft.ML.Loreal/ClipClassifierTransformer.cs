using Microsoft.ML.Data;
using Microsoft.ML.Loreal.Archive;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Loading;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Runtime;
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
    private protected ClipClassifierTransformer(ScoredModel model, ScoringSettings settings) => Scorer = new Scorer(model, settings);

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

    /// <summary>The columns, and how images are read.</summary>
    internal ScoringSettings Settings => Scorer.Settings;

    /// <summary>Where the model computes.</summary>
    internal torch.Device Device => Scorer.Device;

    /// <summary>The input's columns and the two that are added.</summary>
    /// <param name="inputSchema">A schema with the image column.</param>
    /// <returns>The schema of what <see cref="Transform"/> gives.</returns>
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
        return new ScoredView(Scorer, input);
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
    private protected ComputePrecision Concrete(ComputePrecision precision, IHost host)
    {
        using IChannel channel = host.Start("WithPrecision");
        return AutoPrecision.Resolve(precision, Backbone.Config, Device, message => channel.Info(MessageSensitivity.None, message));
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

    /// <summary>What the transformer is known by in a model archive.</summary>
    private protected abstract ModelKind Kind { get; }
}
