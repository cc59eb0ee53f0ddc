using Microsoft.ML.Loreal.Files;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Onnx;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Loreal.Sessions;

/// <summary>An exported model, opened with ONNX Runtime and checked. Safe for several threads.</summary>
internal sealed class OnnxModel : IDisposable
{
    private static readonly string[] _inputs = [OnnxModelDescription.Pixels];
    private static readonly string[] _scores = [OnnxModelDescription.Scores];
    private static readonly string[] _scoresAndFeatures = [OnnxModelDescription.Scores, OnnxModelDescription.Features];

    private readonly InferenceSession _session;
    private readonly UseGate _gate;

    private OnnxModel(InferenceSession session, OnnxFiles files, OnnxModelDescription description, string disposed)
    {
        _session = session;
        _gate = new UseGate(session.Dispose, disposed);
        Files = files;
        Description = description;
        FeatureLength = session.OutputMetadata[OnnxModelDescription.Features].Dimensions[1];
        ImageProcessor = new ImageProcessor(description.Preprocessing);
    }

    /// <summary>What it says of itself.</summary>
    public OnnxModelDescription Description { get; }

    /// <summary>Its files.</summary>
    public OnnxFiles Files { get; }

    /// <summary>How pictures become its input.</summary>
    public ImageProcessor ImageProcessor { get; }

    /// <summary>The length of a picture's features.</summary>
    public int FeatureLength { get; }

    /// <summary>The bytes of one picture in the input.</summary>
    public int PictureBytes => 3 * Description.Resolution * Description.Resolution;

    /// <summary>Opens a model.</summary>
    /// <param name="files">Its files.</param>
    /// <param name="path">Where they are, if they are still there by their names.</param>
    /// <param name="options">How it computes.</param>
    /// <param name="disposed">What whoever uses it after it was disposed is told.</param>
    /// <exception cref="InvalidDataException">It is no ONNX model, not one of this product's, or damaged; the message says how.</exception>
    public static OnnxModel Open(OnnxFiles files, string? path, OnnxScoringOptions options, string disposed)
    {
        using SessionOptions? own = options.SessionOptions is null ? Sleeping() : null;
        SessionOptions used = options.SessionOptions ?? own!;
        if (options.MemoryMapped)
        {
            CheckMapped(options);
            used.AddSessionConfigEntry("session.disable_prepacking", "1");
        }

        try
        {
            InferenceSession session = OpenSession(files, path, used);
            try
            {
                Dictionary<string, string> properties = session.ModelMetadata.CustomMetadataMap;
                var description = OnnxModelDescription.FromProperties(properties);
                files = files.WithOwnWeights(properties.GetValueOrDefault(OnnxModelDescription.WeightsIdentityKey));
                CheckMapped(files, options);
                SessionShape.Check(session, description);
                var model = new OnnxModel(session, files, description, disposed);
                model.Try();
                FreedMemory.Return();
                return model;
            }
            catch
            {
                session.Dispose();
                throw;
            }
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"The model {files.Description} cannot be used: {exception.Message}", exception);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InvalidDataException(
                $"The model {files.Description} cannot be opened with ONNX Runtime: {exception.Message} It is no ONNX model, or it or the "
                + "file with its weights beside it is damaged, missing or another export's, or the SessionOptions ask for what is not "
                + "there.",
                exception);
        }
    }

    /// <summary>Scores pictures.</summary>
    /// <param name="pixels">count x phi x phi x 3 levels, row by row, RGB.</param>
    /// <param name="count">How many.</param>
    /// <param name="probabilities">Takes count x classes numbers, picture by picture.</param>
    /// <param name="features">Takes count x length numbers, the normalized image features; empty where nobody wants them.</param>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void Score(Memory<byte> pixels, int count, Span<float> probabilities, Span<float> features = default)
    {
        using UseGate.Use use = _gate.Enter();
        int side = Description.Resolution;
        // [count, phi, phi, 3] uint8
        using var input = OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, pixels[..(count * PictureBytes)], [count, side, side, 3]);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(
            run, _inputs, [input], features.IsEmpty ? _scores : _scoresAndFeatures);
        Copy(outputs[0], OnnxModelDescription.Scores, count, Description.ClassNames.Count, probabilities);
        if (!features.IsEmpty)
        {
            Copy(outputs[1], OnnxModelDescription.Features, count, FeatureLength, features);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private static void Copy(OrtValue output, string name, int count, int length, Span<float> destination)
    {
        ReadOnlySpan<float> numbers = output.GetTensorDataAsSpan<float>();
        if (numbers.Length != count * length)
        {
            throw new InvalidDataException(
                $"For {count} picture(s) the output '{name}' has {numbers.Length} numbers; expected: {count} x {length}. Export the model "
                + "again.");
        }

        numbers.CopyTo(destination);
    }

    /// <summary>Refuses, before anything is scored, a model whose scores are not numbers.</summary>
    private void Try()
    {
        float[] scores = new float[Description.ClassNames.Count];
        Score(new byte[PictureBytes], 1, scores);
        if (scores.AsSpan().ContainsAnyExceptInRange(0f, float.MaxValue))
        {
            throw new InvalidDataException(
                "the scores of a black picture are not numbers: its weights are damaged, or the training led to values out of range. "
                + "Export it again, or train it with a lower learning rate.");
        }
    }

    private static SessionOptions Sleeping()
    {
        // What is wrong is thrown; a library does not write to the console.
        var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        // Threads that spin while they wait for the next picture take the processors from those that decode it.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return options;
    }

    private static void CheckMapped(OnnxScoringOptions options)
    {
        if (options.SessionOptions is not null)
        {
            throw new ArgumentException(
                $"{nameof(options.MemoryMapped)} and {nameof(options.SessionOptions)} are both set; with SessionOptions of your own leave "
                + "MemoryMapped out and call their AddSessionConfigEntry(\"session.disable_prepacking\", \"1\").",
                nameof(options));
        }
    }

    private static void CheckMapped(OnnxFiles files, OnnxScoringOptions options)
    {
        if (options.MemoryMapped && files.Weights is null)
        {
            throw new ArgumentException(
                $"{nameof(options.MemoryMapped)} is true, and the model {files.Description} holds its weights itself, where they cannot be "
                + "mapped. Export it with its weights in a file of their own, or leave MemoryMapped out.",
                nameof(options));
        }
    }

    private static InferenceSession OpenSession(OnnxFiles files, string? path, SessionOptions options)
    {
        if (files is { Model: MemoryContent model, Weights: null })
        {
            return new InferenceSession(model.Bytes, options);
        }

        if (path is not null)
        {
            return new InferenceSession(path, options);
        }

        // What is too large for memory has to have a name while it is opened.
        using var folder = new SessionFolder();
        return new InferenceSession(files.WriteTo(folder.Path), options);
    }
}
