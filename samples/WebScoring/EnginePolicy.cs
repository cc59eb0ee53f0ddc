using Microsoft.Extensions.ObjectPool;
using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <summary>
/// Makes prediction engines over one transformer, which they leave to its owner. An engine serves one caller at a time; the transformer
/// serves all.
/// </summary>
internal sealed class EnginePolicy(MLContext ml, ClipClassifierTransformer classifier)
    : PooledObjectPolicy<PredictionEngine<Picture, Scores>>
{
    public override PredictionEngine<Picture, Scores> Create()
    {
        var input = SchemaDefinition.Create(typeof(Picture));
        input[nameof(Picture.Image)].ColumnName = classifier.ImageColumnName;
        var output = SchemaDefinition.Create(typeof(Scores), SchemaDefinition.Direction.Write);
        output[nameof(Scores.Score)].ColumnName = classifier.ScoreColumnName;
        return ml.Model.CreatePredictionEngine<Picture, Scores>(
            classifier,
            new PredictionEngineOptions { InputSchemaDefinition = input, OutputSchemaDefinition = output, OwnsTransformer = false });
    }

    public override bool Return(PredictionEngine<Picture, Scores> engine) => true;
}
