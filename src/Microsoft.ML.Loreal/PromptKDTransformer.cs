namespace Microsoft.ML.Loreal;

/// <summary>
/// Classifies images with the student that <see cref="PromptKDTrainer"/> trained. The text features are the teacher's, stored in the model, so no text is ever encoded.
/// </summary>
/// <inheritdoc cref="ClipClassifierTransformer" path="/remarks"/>
public sealed class PromptKDTransformer : ClipClassifierTransformer
{
    internal PromptKDTransformer(PromptKDModel model, ScoringSettings settings)
        : base(model, settings)
    {
        Model = model;
        TeacherClassNames = [.. model.TeacherClassNames];
    }

    /// <summary>The classes that <see cref="WithClasses"/> can choose from: those that the teacher was asked for in training.</summary>
    public IReadOnlyList<string> TeacherClassNames { get; }

    internal PromptKDModel Model { get; }

    /// <summary>A transformer that scores the same images against some of <see cref="TeacherClassNames"/>, for instance the base or the new classes alone.</summary>
    /// <param name="names">The class names, at least two, all different.</param>
    /// <returns>
    /// A new transformer. It shares the backbone with this one, but each is disposed on its own and in any order; the shared part is freed with the last.
    /// </returns>
    /// <exception cref="ArgumentException">There are fewer than two names, one is there twice, or the teacher was not asked for one.</exception>
    /// <exception cref="ObjectDisposedException">This transformer was disposed.</exception>
    public PromptKDTransformer WithClasses(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return new PromptKDTransformer(Model.WithClasses(names), Settings);
    }

    /// <summary>A transformer that scores the same classes with the backbone in another precision, without training.</summary>
    /// <param name="precision">In what the backbone computes.</param>
    /// <returns>A new transformer with the backbone's weights in that precision; each is disposed on its own and in any order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such precision.</exception>
    /// <exception cref="InvalidOperationException">The device cannot compute in it.</exception>
    /// <exception cref="ObjectDisposedException">This transformer was disposed.</exception>
    public PromptKDTransformer WithPrecision(ComputePrecision precision) => new(Model.WithPrecision(precision), Settings);

    /// <inheritdoc/>
    private protected override void Save(ModelSaveContext ctx) => PromptKDModelFiles.Save(ctx, Model, Settings);
}
