using Microsoft.ML.Loreal.Archive;
using Microsoft.ML.Loreal.Loreal;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Loreal;

/// <summary>Classifies images at the low resolution phi with the prompts that <see cref="LorealTrainer"/> learned.</summary>
/// <inheritdoc cref="ClipClassifierTransformer" path="/remarks"/>
public sealed class LorealTransformer : ClipClassifierTransformer
{
    internal LorealTransformer(IHostEnvironment environment, LorealModel model, ScoringSettings settings)
        : base(environment.Register(nameof(LorealTransformer)), model, settings)
    {
        Model = model;
    }

    /// <summary>What the transformer is known by in a model archive.</summary>
    internal static ModelKind SavedKind { get; } = new("LOREALTR", typeof(LorealTransformer));

    internal LorealModel Model { get; }

    /// <summary>
    /// A transformer that scores the same images against other class names, with the same prompts and without training: the base-to-new
    /// setting.
    /// </summary>
    /// <param name="names">The class names, at least two, all different.</param>
    /// <returns>
    /// A new transformer. It shares the backbone with this one, but each is disposed on its own and in any order; the shared part is freed
    /// with the last.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// There are fewer than two names, one is empty, two are the same to the tokenizer, or one is too long for a prompt.
    /// </exception>
    /// <exception cref="ObjectDisposedException">This transformer was disposed.</exception>
    public LorealTransformer WithClasses(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return new LorealTransformer(Host, Model.WithClasses(names), Settings);
    }

    /// <summary>A transformer that scores the same classes with the backbone in another precision, without training.</summary>
    /// <param name="precision">
    /// In what the backbone computes; <see cref="ComputePrecision.Auto"/> chooses for this transformer's device and logs the choice.
    /// </param>
    /// <returns>A new transformer with the backbone's weights in that precision; each is disposed on its own and in any order.</returns>
    /// <exception cref="InvalidDataException">The backbone's weights were overwritten in place since it was opened.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such precision.</exception>
    /// <exception cref="InvalidOperationException">
    /// The device cannot compute in it, or would take tens of times as long, as processors without fp16 products do in half precision; the
    /// message names what can be used.
    /// </exception>
    /// <exception cref="ObjectDisposedException">This transformer was disposed.</exception>
    public LorealTransformer WithPrecision(ComputePrecision precision) =>
        new(Host, Model.WithPrecision(Concrete(precision)), Settings);

    /// <inheritdoc/>
    private protected override ModelKind Kind => SavedKind;
}
