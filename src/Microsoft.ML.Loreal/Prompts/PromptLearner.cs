using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal;

/// <summary>What one student learns with a prompt method, for one set of classes, over a frozen CLIP that it does not own.</summary>
/// <remarks>Reading features is thread-safe; changing the parameters is not.</remarks>
internal abstract class PromptLearner(ClipModel model) : IDisposable
{
    /// <summary>The frozen CLIP.</summary>
    protected ClipModel Model { get; } = model;

    /// <summary>The parameters that training changes.</summary>
    public abstract IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The named tensors that make up the trained state; the caller does not own them.</summary>
    public abstract IEnumerable<(string Name, Tensor Value)> State { get; }

    /// <summary>
    /// Image features before normalisation. They come from the plain tower here, so that they are the same for all learners of a model and in all epochs and can be cached.
    /// </summary>
    /// <param name="pixels">[B, 3, H, W], normalised.</param>
    /// <returns>[B, J].</returns>
    public virtual Tensor ImageFeatures(Tensor pixels) => Model.EncodeImage(pixels);

    /// <summary>The prompts of all classes.</summary>
    /// <param name="attributeTokens">[B, T, D]: what stands right after the start token in the prompts of each image; null for one set of prompts without attributes.</param>
    public abstract PromptParts Prompts(Tensor? attributeTokens);

    /// <summary>Text features before normalisation.</summary>
    /// <param name="attributeTokens">As in <see cref="Prompts"/>.</param>
    /// <returns>[B, C, J], with B = 1 for one set of prompts.</returns>
    public virtual Tensor TextFeatures(Tensor? attributeTokens)
    {
        using var scope = NewDisposeScope();
        return SharedPrefixEncoder.Encode(Model.Text, Prompts(attributeTokens)).MoveToOuterDisposeScope();
    }

    /// <summary>Copies saved values into the state.</summary>
    /// <param name="values">Gives the tensor of a name; throws where there is none.</param>
    /// <exception cref="InvalidDataException">A tensor has another shape than this learner needs.</exception>
    public void Load(Func<string, Tensor> values)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, value) in State)
        {
            NamedState.Copy(name, values(name), value);
        }
    }

    /// <summary>Stops training: the parameters get no gradients from now on.</summary>
    public void Freeze()
    {
        foreach (var parameter in Parameters)
        {
            parameter.requires_grad = false;
        }
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}
