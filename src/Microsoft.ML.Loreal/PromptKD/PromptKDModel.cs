using System.Runtime.InteropServices;
using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Onnx;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Loreal.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PromptKD;

/// <summary>A trained PromptKD student and the teacher's text features. Its own text tower is never asked.</summary>
internal sealed class PromptKDModel : ScoredModel
{
    /// <summary>The file with the tensors.</summary>
    internal const string TensorFile = "student.safetensors";

    /// <summary>The file that says what they are.</summary>
    internal const string DescriptionFile = "promptkd.json";

    private const string TextFeatures = "teacher.text_features";

    private readonly PromptKDModelDescription _description;
    private readonly PromptKDStudent _student;
    private readonly Tensor _allText; // [A, J'], of the teacher's classes
    private readonly Tensor _text;    // [C, J'], of those that are scored

    /// <summary>
    /// Takes over the student, the text features [A, J'] of all the teacher's classes, and its share of the CLIP model.
    /// </summary>
    public PromptKDModel(ClipBackbone backbone, SharedClip clip, PromptKDModelDescription description, PromptKDStudent student, Tensor text)
        : base(backbone, clip)
    {
        _description = description;
        _student = student;
        _allText = text;
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long[] rows = description.ClassNames.Select(name => (long)IndexOf(description.TeacherClassNames, name)).ToArray();
        _text = text.index_select(0, tensor(rows, int64, text.device)).DetachFromDisposeScope(); // [A, J'] -> [C, J']
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ClassNames => _description.ClassNames;

    /// <summary>The classes whose text features the model has.</summary>
    public IReadOnlyList<string> TeacherClassNames => _description.TeacherClassNames;

    /// <inheritdoc/>
    public override int Resolution => _description.Resolution;

    /// <inheritdoc/>
    public override int FeatureLength => (int)_text.shape[1];

    /// <inheritdoc/>
    public override ComputePrecision Precision => _description.Precision;

    /// <inheritdoc/>
    public override void Score(Tensor pixels, Span<float> probabilities, Span<float> features = default)
    {
        Check(pixels, probabilities, features);
        using UseGate.Use use = Enter();
        using IDisposable inference = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        Tensor encoded = _student.Features(DeviceTransfer.Send(pixels, Device), training: false); // [B, J']
        Tensor scores = _student.Logits(encoded, _text).softmax(1).cpu().contiguous();             // [B, C]
        MemoryMarshal.Cast<byte, float>(scores.bytes).CopyTo(probabilities);
        if (!features.IsEmpty)
        {
            MemoryMarshal.Cast<byte, float>(encoded.cpu().contiguous().bytes).CopyTo(features);
        }
    }

    /// <summary>The same student for some of the teacher's classes.</summary>
    /// <param name="names">The class names.</param>
    /// <returns>A model of its own, which shares the frozen CLIP with this one; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">There are fewer than two names, one is there twice, or the teacher did not know one.</exception>
    public PromptKDModel WithClasses(IReadOnlyList<string> names)
    {
        using UseGate.Use use = Enter();
        CheckClasses(names, TeacherClassNames);
        return Copy(_description with { ClassNames = [.. names] });
    }

    /// <summary>The same student over its backbone in another precision.</summary>
    /// <param name="precision">In what it computes: a concrete one.</param>
    /// <returns>A model of its own; the caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">The device cannot compute in the precision.</exception>
    public PromptKDModel WithPrecision(ComputePrecision precision)
    {
        using UseGate.Use use = Enter();
        return Copy(_description with { Precision = precision });
    }

    /// <inheritdoc/>
    public override void Save(Action<string, Action<Stream>> writeFile)
    {
        using UseGate.Use use = Enter();
        writeFile(DescriptionFile, _description.Write);
        writeFile(TensorFile, stream =>
        {
            using DisposeScope scope = NewDisposeScope();
            SafetensorsWriter.Write(stream, _student.State.Append((TextFeatures, _allText)));
        });
    }

    /// <inheritdoc/>
    protected override string MethodName => "PromptKD";

    /// <inheritdoc/>
    protected override void AddTo(OnnxGraph graph, CompiledText? text)
    {
        if (Precision != ComputePrecision.Single)
        {
            using PromptKDModel single = WithPrecision(ComputePrecision.Single);
            single.AddTo(graph, text);
            return;
        }

        using UseGate.Use use = Enter();
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        ClassifierIn(graph).AddProjected(_student.ImageEdits(), _student.Projector.Layers(), _text, _student.LogitScale);
    }

    /// <summary>Reads a model that <see cref="Save"/> wrote.</summary>
    /// <param name="backbone">The backbone that the student was trained with.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="openFile">Opens a file of the model by its name.</param>
    /// <param name="warn">Told where the device cannot compute in the model's precision, so that it computes in single precision.</param>
    /// <exception cref="FormatException">The description is damaged or of a newer version.</exception>
    /// <exception cref="InvalidDataException">The tensors are damaged, or the backbone is another one.</exception>
    public static PromptKDModel Load(ClipBackbone backbone, Device device, Func<string, Stream> openFile, Action<string>? warn = null)
    {
        PromptKDModelDescription description;
        using (Stream stream = openFile(DescriptionFile))
        {
            description = PromptKDModelDescription.Read(stream);
        }

        description.Check(backbone);
        using var file = SafetensorsFile.Read(openFile(TensorFile), $"the model's {TensorFile}");
        long[] expected = [description.TeacherClassNames.Count, description.Student.FeatureWidth];
        if (!file.Entry(TextFeatures).Shape.AsSpan().SequenceEqual(expected))
        {
            throw new InvalidDataException(
                $"The tensor \"{TextFeatures}\" has the shape [{string.Join(", ", file.Entry(TextFeatures).Shape)}], expected "
                + $"[{string.Join(", ", expected)}].");
        }

        using DisposeScope scope = NewDisposeScope();
        description = description with { Precision = PrecisionSupport.OrSingle(description.Precision, device, warn) };
        return Create(backbone, device, description, Read, Read(TextFeatures).DetachFromDisposeScope());

        Tensor Read(string name) => file.ReadWeights(name).to(device, disposeAfter: true);
    }

    /// <summary>Checks the classes to be scored.</summary>
    /// <exception cref="ArgumentException">There are fewer than two names, one is there twice, or the teacher did not know one.</exception>
    internal static void CheckClasses(IReadOnlyList<string> names, IReadOnlyList<string> teacherClassNames)
    {
        if (names.Count < 2)
        {
            throw new ArgumentException($"A classifier needs at least two classes, found {names.Count}.", nameof(names));
        }

        if (names.GroupBy(ComposedText.Of).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"The class \"{twice.Key}\" is named twice.", nameof(names));
        }

        var unknown = names.Where(name => IndexOf(teacherClassNames, name) < 0).Select(name => $"\"{name}\"").ToList();
        if (unknown.Count > 0)
        {
            throw new ArgumentException(
                $"The model has no text features of {string.Join(", ", unknown)}: a PromptKD student has no text encoder of its own, only "
                + $"the features of the {teacherClassNames.Count} classes that its teacher "
                + "was asked for. Name all classes in the option ClassNames of the trainer.",
                nameof(names));
        }
    }

    /// <inheritdoc/>
    protected override void Free()
    {
        _student.Dispose();
        _allText.Dispose();
        _text.Dispose();
    }

    private PromptKDModel Copy(PromptKDModelDescription description)
    {
        using IDisposable gradients = Autograd.Enable();
        return Create(
            Backbone,
            Device,
            description,
            name => _student.State.First(s => s.Name == name).Value,
            _allText.clone().DetachFromDisposeScope());
    }

    /// <summary>
    /// Builds a model around saved tensors. It takes over the text features, also when it fails.
    /// </summary>
    private static PromptKDModel Create(
        ClipBackbone backbone, Device device, PromptKDModelDescription description, Func<string, Tensor> state, Tensor text)
    {
        SharedClip? clip = null;
        PromptKDStudent? student = null;
        try
        {
            clip = SharedClip.Of(backbone, device, description.Precision);

            // All starting values are overwritten by the saved ones.
            student = new PromptKDStudent(clip.Model, description.Student, new Random(0));
            student.Load(state);
            student.Freeze();
            return new PromptKDModel(backbone, clip, description, student, text);
        }
        catch
        {
            student?.Dispose();
            text.Dispose();
            clip?.Dispose();
            throw;
        }
    }

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        string composed = ComposedText.Of(name);
        for (int i = 0; i < names.Count; i++)
        {
            if (ComposedText.Of(names[i]) == composed)
            {
                return i;
            }
        }

        return -1;
    }
}
