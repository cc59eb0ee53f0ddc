using Microsoft.ML;
using Microsoft.ML.Loreal;
using Microsoft.ML.Loreal.Archive;
using Microsoft.ML.Loreal.Loading;
using Microsoft.ML.Loreal.Loreal;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(LorealTransformer), typeof(LorealLoader), null, typeof(SignatureLoadModel), "LOREAL image classifier", LorealLoader.Signature)]

namespace Microsoft.ML.Loreal.Loading;

/// <summary>A <see cref="LorealTransformer"/> in ML.NET's model archive.</summary>
internal static class LorealLoader
{
    public const string Signature = "LorealTransformer";

    /// <summary>The kind of saved transformer.</summary>
    public static ModelKind Kind { get; } = new("LOREALTR", Signature);

    /// <summary>ML.NET calls this when it meets the signature in an archive.</summary>
    public static LorealTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        (LorealModel model, ScoringSettings settings) = SavedTransformers.Load(env, ctx, Kind, LorealModel.Load);
        return new LorealTransformer(env, model, settings);
    }
}
