namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <summary>A model.zip, whatever stands before and after the classifier in its pipeline.</summary>
internal sealed class SavedModel(string path) : IModelSource
{
    public ServedModel Load(MLContext ml, CancellationToken cancellation)
    {
        ITransformer model = ml.Model.Load(path, out _);
        IEnumerable<ITransformer> steps = model as IEnumerable<ITransformer> ?? [model];
        ClipClassifierTransformer classifier = steps.OfType<ClipClassifierTransformer>().FirstOrDefault()
            ?? throw new InvalidDataException($"'{path}' has no step that classifies images with CLIP.");
        return new ServedModel(ml, classifier, samples: []);
    }
}
