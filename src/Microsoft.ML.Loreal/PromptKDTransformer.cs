using Microsoft.ML.Loreal.Archive;
using Microsoft.ML.Loreal.PromptKD;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Loreal;

/// <summary>
/// Classifies images with the student that <see cref="PromptKDTrainer"/> trained. The text features are the teacher's, stored in the model,
/// so no text is ever encoded.
/// </summary>
/// <inheritdoc cref="ClipClassifierTransformer" path="/remarks"/>
public sealed class PromptKDTransformer : ClipClassifierTransformer
{
    internal PromptKDTransformer(IHostEnvironment environment, PromptKDModel model, ScoringSettings settings)
        : base(environment.Register(nameof(PromptKDTransformer)), model, settings)
    {
        Model = model;
        TeacherClassNames = [.. model.TeacherClassNames];
    }

    /// <summary>The classes that <see cref="WithClasses"/> can choose from: those that the teacher was asked for in training.</summary>
    public IReadOnlyList<string> TeacherClassNames { get; }

    /// <summary>What the transformer is known by in a model archive.</summary>
    internal static ModelKind SavedKind { get; } = new("PROMPTKD", typeof(PromptKDTransformer));

    internal PromptKDModel Model { get; }

    /// <summary>
    /// A transformer that scores the same images against some of <see cref="TeacherClassNames"/>, for instance the base or the new classes
    /// alone.
    /// </summary>
    /// <param name="names">The class names, at least two, all different.</param>
    /// <returns>
    /// A new transformer. It shares the backbone with this one, but each is disposed on its own and in any order; the shared part is freed
    /// with the last.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// There are fewer than two names, one is there twice, or the teacher was not asked for one.
    /// </exception>
    /// <exception cref="ObjectDisposedException">This transformer was disposed.</exception>
    public PromptKDTransformer WithClasses(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return new PromptKDTransformer(Host, Model.WithClasses(names), Settings);
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
    public PromptKDTransformer WithPrecision(ComputePrecision precision) =>
        new(Host, Model.WithPrecision(Concrete(precision)), Settings);

    /// <inheritdoc/>
    private protected override ModelKind Kind => SavedKind;
}
