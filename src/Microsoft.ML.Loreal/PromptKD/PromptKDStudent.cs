using Microsoft.ML.Loreal.Clip;
using Microsoft.ML.Loreal.Prompts;
using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PromptKD;

/// <summary>
/// What PromptKD's student learns: prompts of its image tower and a projector to the teacher's features. It has no use for the text tower.
/// </summary>
internal sealed class PromptKDStudent : IDisposable
{
    private readonly ClipModel _model;
    private readonly ImagePrompts _prompts;

    /// <summary>Makes an untrained student.</summary>
    /// <param name="model">The student's frozen CLIP, which it does not own.</param>
    /// <param name="settings">The sizes.</param>
    /// <param name="random">The source of the starting values.</param>
    public PromptKDStudent(ClipModel model, PromptKDStudentSettings settings, Random random)
    {
        _model = model;
        _prompts = new ImagePrompts(model, settings.Tokens, settings.Depth, random);
        Projector = new FeatureProjector(model.Config.EmbedDimension, settings.FeatureWidth, random, model.Device);
    }

    /// <summary>What training changes, the running statistics of the projector included, which get no gradients.</summary>
    public IReadOnlyList<Parameter> Parameters => [.. _prompts.Parameters, .. Projector.Parameters];

    /// <summary>The named tensors that make up the trained state; the caller does not own them.</summary>
    public IEnumerable<(string Name, Tensor Value)> State => _prompts.State.Concat(Projector.State);

    /// <summary>What the cosine of a student's and a text feature is multiplied with: the student's CLIP's own.</summary>
    public float LogitScale => _model.LogitScale;

    /// <summary>What turns the image tower's features into the teacher's.</summary>
    public FeatureProjector Projector { get; }

    /// <summary>What the prompts change inside the image tower.</summary>
    public TowerEdits ImageEdits() => _prompts.Edits();

    /// <summary>The features of the prompted image tower, before the projector.</summary>
    /// <param name="pixels">[B, 3, H, W], normalized.</param>
    /// <returns>[B, J], not normalized.</returns>
    public Tensor BackboneFeatures(Tensor pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        return _model.Visual.Forward(pixels, ImageEdits()).MoveToOuterDisposeScope();
    }

    /// <summary>Features in the teacher's space.</summary>
    /// <param name="pixels">[B, 3, H, W], normalized.</param>
    /// <param name="training">Whether the projector normalizes with the batch's own statistics.</param>
    /// <returns>[B, J'], normalized.</returns>
    public Tensor Features(Tensor pixels, bool training)
    {
        using DisposeScope scope = NewDisposeScope();
        return Classifier.Normalize(Projector.Forward(BackboneFeatures(pixels), training)).MoveToOuterDisposeScope();
    }

    /// <summary>The scores of the classes, scaled as the student's CLIP does.</summary>
    /// <param name="features">[B, J'], normalized.</param>
    /// <param name="text">[C, J'], the teacher's text features.</param>
    /// <returns>[B, C].</returns>
    public Tensor Logits(Tensor features, Tensor text) => Classifier.Logits(features, text.unsqueeze(0), LogitScale);

    /// <summary>Copies saved values into the state.</summary>
    /// <param name="values">Gives the tensor of a name; throws where there is none.</param>
    /// <exception cref="InvalidDataException">A tensor has another shape than this student needs.</exception>
    public void Load(Func<string, Tensor> values) => NamedState.Load(State, values);

    /// <summary>Stops training: the parameters get no gradients from now on.</summary>
    public void Freeze()
    {
        foreach (Parameter parameter in Parameters)
        {
            parameter.requires_grad = false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _prompts.Dispose();
        Projector.Dispose();
    }
}
