using Microsoft.ML;
using Microsoft.ML.Loreal;
using Microsoft.ML.Loreal.Loading;
using Microsoft.ML.Loreal.PromptKD;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(PromptKDTransformer),
    typeof(PromptKDLoader),
    null,
    typeof(SignatureLoadModel),
    "PromptKD image classifier",
    nameof(PromptKDTransformer))]

namespace Microsoft.ML.Loreal.Loading;

/// <summary>A <see cref="PromptKDTransformer"/> in ML.NET's model archive.</summary>
internal static class PromptKDLoader
{
    /// <summary>ML.NET calls this when it meets the transformer in an archive.</summary>
    public static PromptKDTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        (PromptKDModel model, ScoringSettings settings) = SavedTransformers.Load(
            env, ctx, PromptKDTransformer.SavedKind, PromptKDModel.Load);
        return new PromptKDTransformer(env, model, settings);
    }
}
