using System.Reflection;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Onnx;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Training.Data;
using Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>A trained image classifier over a frozen backbone.</summary>
/// <remarks>Any number of threads may use it at once, also while another disposes: they finish, and later calls throw.</remarks>
internal abstract class ScoredModel : IDisposable
{
    private readonly UseGate _gate;

    /// <summary>Takes over a share in the backbone's model.</summary>
    protected ScoredModel(ClipBackbone backbone, SharedClip clip)
    {
        Backbone = backbone;
        Clip = clip;
        _gate = new UseGate(() =>
        {
            try
            {
                Free();
            }
            finally
            {
                Clip.Dispose();
            }
        });
    }

    /// <summary>The frozen CLIP model that the prompts belong to.</summary>
    public ClipBackbone Backbone { get; }

    /// <summary>The share in its tensors.</summary>
    public SharedClip Clip { get; }

    /// <summary>Where it computes.</summary>
    public Device Device => Clip.Device;

    /// <summary>The classes that are scored.</summary>
    public abstract IReadOnlyList<string> ClassNames { get; }

    /// <summary>The side of the images that are scored, in pixels.</summary>
    public abstract int Resolution { get; }

    /// <summary>J, the length of an image's features.</summary>
    public abstract int FeatureLength { get; }

    /// <summary>In what the backbone computes.</summary>
    public abstract ComputePrecision Precision { get; }

    /// <summary>The probability of every class for every image.</summary>
    /// <param name="pixels">
    /// [B, 3, resolution, resolution], normalized; best in <see cref="DeviceTransfer.Memory"/>. They may be written to again afterwards.
    /// </param>
    /// <param name="probabilities">B * C numbers, image by image.</param>
    /// <param name="features">B * J numbers, the normalized image features; empty where nobody wants them.</param>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public abstract void Score(Tensor pixels, Span<float> probabilities, Span<float> features = default);

    /// <summary>Writes the model without its backbone.</summary>
    /// <param name="writeFile">Called for each file with its name and with what writes its content.</param>
    public abstract void Save(Action<string, Action<Stream>> writeFile);

    /// <summary>Whether the classes' text features depend on the image, so that there is something to compile.</summary>
    public virtual bool HasImageConditionedText => false;

    /// <summary>The text side fitted to some pictures, where <see cref="HasImageConditionedText"/>; the caller disposes it.</summary>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public virtual CompiledText CompileText(ILabeledImages images, CancellationToken cancel) =>
        throw new InvalidOperationException("The text features are the same for all images.");

    /// <summary>The model as ONNX, computed from the backbone's own weights whatever its precision.</summary>
    /// <param name="options">How.</param>
    /// <param name="text">What stands in for the text tower; null for the tower itself.</param>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public ModelProto ToOnnx(OnnxExportOptions options, CompiledText? text = null)
    {
        var graph = new OnnxGraph(options);
        string version = typeof(ScoredModel).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        var description = new OnnxModelDescription(
            ClassNames,
            Resolution,
            Backbone.ImageProcessor.Settings,
            MethodName,
            version,
            Backbone.Sha256,
            options.Quantization == OnnxQuantization.Int8 ? "int8" : options.Float16Weights ? "float16" : "float32",
            options.Input == OnnxInput.Image ? OnnxModelDescription.Image : OnnxModelDescription.Pixels);
        AddTo(graph, text);
        return OnnxFile.Model(graph, description);
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    /// <summary>The method's name, as an exported file has it.</summary>
    protected abstract string MethodName { get; }

    /// <summary>Adds what it computes to an empty graph.</summary>
    protected abstract void AddTo(OnnxGraph graph, CompiledText? text);

    /// <summary>A classifier over this model's CLIP, to be added to a graph.</summary>
    protected ClassifierGraph ClassifierIn(OnnxGraph graph) =>
        new(graph, Clip.Model, Backbone.ImageProcessor.Settings, Resolution, ClassNames.Count);

    /// <summary>Frees its own tensors, once nobody uses them.</summary>
    protected abstract void Free();

    /// <summary>Begins a use of the tensors, which ends when the result is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    protected UseGate.Use Enter() => _gate.Enter();

    /// <summary>Checks what <see cref="Score"/> is given.</summary>
    protected void Check(Tensor pixels, Span<float> probabilities, Span<float> features)
    {
        long[] shape = pixels.shape;
        if (shape.Length != 4 || shape[1] != 3 || shape[2] != Resolution || shape[3] != Resolution)
        {
            throw new ArgumentException(
                $"Expected pixels of the shape [B, 3, {Resolution}, {Resolution}], found [{string.Join(", ", shape)}].", nameof(pixels));
        }

        if (probabilities.Length != shape[0] * ClassNames.Count)
        {
            throw new ArgumentException(
                $"Expected room for {shape[0]} x {ClassNames.Count} probabilities, found {probabilities.Length}.", nameof(probabilities));
        }

        if (features.Length != 0 && features.Length != shape[0] * FeatureLength)
        {
            throw new ArgumentException(
                $"Expected room for {shape[0]} x {FeatureLength} features or none, found {features.Length}.", nameof(features));
        }
    }
}
