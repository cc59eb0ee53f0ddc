namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <summary>Where the model comes from.</summary>
internal interface IModelSource
{
    /// <summary>Loads or trains it.</summary>
    ServedModel Load(MLContext ml, CancellationToken cancellation);
}
