using Microsoft.ML.Data;
using Microsoft.ML.Loreal.Archive;
using Microsoft.ML.Loreal.Loading;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Loreal.Sessions;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Loreal;

/// <summary>
/// Classifies images with an exported ONNX model, on ONNX Runtime. It adds the two columns that the transformer which was exported adds:
/// the predicted class as a key ("PredictedLabel" by default, with the class names as key values) and the probabilities ("Score", one slot
/// per class).
/// </summary>
/// <remarks>
/// Any number of threads may use one transformer. <see cref="Dispose"/> frees its native memory; a prediction engine disposes its
/// transformer unless <see cref="PredictionEngineOptions.OwnsTransformer"/> is false. A pipeline that is saved holds the ONNX model, and
/// where it is loaded it computes on the processor: for another execution provider make the step anew with the file and the
/// <see cref="OnnxScoringOptions.SessionOptions"/>.
/// </remarks>
public sealed class LorealOnnxTransformer : ITransformer, IDisposable
{
    private readonly IHost _host;
    private readonly OnnxModel _model;
    private readonly OnnxScorer _scorer;

    /// <summary>Opens and checks a model.</summary>
    /// <param name="environment">Where messages go.</param>
    /// <param name="files">The model's files.</param>
    /// <param name="path">Where they are, if they are still there by their names.</param>
    /// <param name="settings">The columns, and how images are read.</param>
    /// <param name="options">How it computes.</param>
    internal LorealOnnxTransformer(
        IHostEnvironment environment, OnnxFiles files, string? path, ScoringSettings settings, LorealOnnxOptions options)
    {
        _host = environment.Register(nameof(LorealOnnxTransformer));
        _model = OnnxModel.Open(files, path, options, UseGate.TransformerDisposed);
        _scorer = new OnnxScorer(_model, settings);
    }

    /// <summary>The class names, in the order of the predicted label's keys and of the score's slots.</summary>
    public IReadOnlyList<string> ClassNames => _scorer.ClassNames;

    /// <summary>The side in pixels at which images are scored.</summary>
    public int Resolution => _scorer.Resolution;

    /// <summary>The column with the images that are scored.</summary>
    public string ImageColumnName => _scorer.Settings.ImageColumnName;

    /// <summary>The added column with the probabilities.</summary>
    public string ScoreColumnName => _scorer.Settings.ScoreColumnName;

    /// <summary>The added column with the predicted class.</summary>
    public string PredictedLabelColumnName => _scorer.Settings.PredictedLabelColumnName;

    /// <summary>
    /// The added column with the image's features, of unit length; null for none. Saved with the pipeline; a change is seen by
    /// what asks for rows afterwards. Default: what the option was.
    /// </summary>
    /// <exception cref="ArgumentException">It is set to an empty name, or to that of another added column.</exception>
    public string? FeatureColumnName
    {
        get => _scorer.Settings.FeatureColumnName;
        set => _scorer.Settings = _scorer.Settings.WithFeatureColumn(value);
    }

    /// <inheritdoc/>
    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>What the transformer is known by in a model archive.</summary>
    internal static ModelKind SavedKind { get; } = new("LOREALOX", typeof(LorealOnnxTransformer));

    /// <summary>The input's columns and the two that are added.</summary>
    /// <param name="inputSchema">A schema with the image column.</param>
    /// <returns>The schema of what <see cref="Transform(IDataView)"/> gives.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or has a type that is not an image.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return OutputColumns.Append(inputSchema, _scorer);
    }

    /// <summary>Adds the predicted label and the scores to the data. Nothing is computed before a cursor asks for one of them.</summary>
    /// <param name="input">Data with the image column.</param>
    /// <returns>The data with the two added columns, rows in the same order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The image column is missing or has a type that is not an image.</exception>
    public IDataView Transform(IDataView input) => Transform(input, CancellationToken.None);

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
        return new ScoredView(_scorer, input, Warn, cancellationToken);
    }

    /// <summary>
    /// Frees the native memory, once a scoring in progress is done. Later ones throw <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose() => _scorer.Dispose();

    /// <inheritdoc/>
    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new ScoringMapper(_scorer, inputSchema);
    }

    /// <inheritdoc/>
    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        LorealOnnxLoader.Save(ctx, _model.Files, _scorer.Settings);
    }

    private void Warn(string message)
    {
        using IChannel channel = _host.Start("Transform");
        channel.Warning(MessageSensitivity.UserData, message);
    }
}
