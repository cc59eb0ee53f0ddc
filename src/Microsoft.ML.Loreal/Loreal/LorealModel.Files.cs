using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Onnx;
using Microsoft.ML.Loreal.Prompts;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Loreal;

internal sealed partial class LorealModel
{
    /// <summary>The file with the learned tensors.</summary>
    internal const string TensorFile = "prompts.safetensors";

    /// <summary>The file that says what they are.</summary>
    internal const string DescriptionFile = "loreal.json";

    private const string ScoredPrefix = "beta.";
    private const string StandardPrefix = "alpha.";

    /// <inheritdoc/>
    public override void Save(Action<string, Action<Stream>> writeFile)
    {
        using UseGate.Use use = Enter();
        writeFile(DescriptionFile, _description.Write);
        writeFile(TensorFile, stream =>
        {
            using DisposeScope scope = NewDisposeScope();
            SafetensorsWriter.Write(stream, State().Concat(StandardState()).Select(s => (s.Name, s.Value)));
        });
    }

    /// <inheritdoc/>
    protected override string MethodName => _description.Method.Name + (_slots is null ? "" : "+attributes");

    /// <inheritdoc/>
    protected override void AddTo(OnnxGraph graph, CompiledText? text)
    {
        if (Precision != ComputePrecision.Single)
        {
            using LorealModel single = WithPrecision(ComputePrecision.Single);
            single.AddTo(graph, text);
            return;
        }

        using UseGate.Use use = Enter();
        using IDisposable noGrad = no_grad();
        ClassifierIn(graph).AddStudent(_student, _slots, text);
    }

    /// <summary>Reads a model that <see cref="Save"/> wrote.</summary>
    /// <param name="backbone">The backbone that the model was trained with.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="openFile">Opens a file of the model by its name.</param>
    /// <param name="warn">Told where the device cannot compute in the model's precision, so that it computes in single precision.</param>
    /// <exception cref="FormatException">The description is damaged or of a newer version.</exception>
    /// <exception cref="InvalidDataException">The tensors are damaged, or the backbone is another one.</exception>
    public static LorealModel Load(ClipBackbone backbone, Device device, Func<string, Stream> openFile, Action<string>? warn = null)
    {
        LorealModelDescription description;
        using (Stream stream = openFile(DescriptionFile))
        {
            description = LorealModelDescription.Read(stream);
        }

        DescriptionJson.CheckBackbone(description.BackboneSha256, backbone);

        using var file = SafetensorsFile.Read(openFile(TensorFile), $"the model's {TensorFile}");
        SavedSizes.Check(description, backbone.Config, file);
        description = description with { Precision = PrecisionSupport.OrSingle(description.Precision, device, warn) };
        var names = file.Tensors.Keys.Where(n => n.StartsWith(StandardPrefix, StringComparison.Ordinal)).ToList();
        SavedState? standard = names.Count == 0 ? null : SavedState.Copy(names.Select(n => (n[StandardPrefix.Length..], Read(n))));
        try
        {
            return Create(backbone, device, new TokenizerVocabulary(backbone.Tokenizer), description, Read, standard);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"The model's {DescriptionFile} describes what cannot be built: {e.Message}", e);
        }

        Tensor Read(string name) => file.ReadWeights(name).to(device, disposeAfter: true);
    }

    /// <summary>
    /// Builds a model around saved tensors. It takes over the standard student, also when it fails.
    /// </summary>
    private static LorealModel Create(
        ClipBackbone backbone,
        Device device,
        IPromptVocabulary vocabulary,
        LorealModelDescription description,
        Func<string, Tensor> state,
        SavedState? standard)
    {
        SharedClip? clip = null;
        PromptLearner? student = null;
        AttributeSlots? slots = null;
        try
        {
            clip = SharedClip.Of(backbone, device, description.Precision);

            // All starting values are overwritten by the saved ones.
            var random = new Random(0);
            slots = description.Attributes?.CreateSlots(clip.Model, vocabulary, MetaNetInitialization.Zero, random);
            slots?.Load(state);
            student = description.Method.CreateLearner(clip.Model, vocabulary, description.ClassNames, slots?.TokenCount ?? 0, random);
            student.Load(name => state(ScoredPrefix + name));
            student.Freeze();
            student.ForOtherClasses = description.ScoresOtherClasses;
            return new LorealModel(backbone, clip, vocabulary, description, student, slots, standard);
        }
        catch
        {
            student?.Dispose();
            slots?.Dispose();
            standard?.Dispose();
            clip?.Dispose();
            throw;
        }
    }

    /// <summary>The tensors that are scored with, under their names in the file.</summary>
    private IEnumerable<(string Name, Tensor Value)> State() =>
        _student.State.Select(s => (ScoredPrefix + s.Name, s.Value)).Concat(_slots?.State ?? []);

    private IEnumerable<(string Name, Tensor Value)> StandardState() =>
        _standard?.Tensors.Select(s => (StandardPrefix + s.Name, s.Value)) ?? [];
}
