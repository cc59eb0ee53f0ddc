using Microsoft.ML;
using Microsoft.ML.Loreal;
using Microsoft.ML.Loreal.Loading;
using Microsoft.ML.Loreal.Loreal;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(LorealTransformer),
    typeof(LorealLoader),
    null,
    typeof(SignatureLoadModel),
    "LOREAL image classifier",
    nameof(LorealTransformer))]

namespace Microsoft.ML.Loreal.Loading;

/// <summary>A <see cref="LorealTransformer"/> in ML.NET's model archive.</summary>
internal static class LorealLoader
{
    /// <summary>ML.NET calls this when it meets the transformer in an archive.</summary>
    public static LorealTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        (LorealModel model, ScoringSettings settings) = SavedTransformers.Load(env, ctx, LorealTransformer.SavedKind, LorealModel.Load);
        return new LorealTransformer(env, model, settings);
    }
}
