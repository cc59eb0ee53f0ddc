using Microsoft.ML;
using Microsoft.ML.Loreal;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(PromptKDTransformer), typeof(PromptKDModelFiles), null, typeof(SignatureLoadModel), "PromptKD image classifier", PromptKDModelFiles.LoaderSignature)]

namespace Microsoft.ML.Loreal;

/// <summary>A <see cref="PromptKDTransformer"/> in ML.NET's model archive.</summary>
internal static class PromptKDModelFiles
{
    public const string LoaderSignature = "PromptKDTransformer";

    private const uint Version = 0x00010001;

    public static void Save(ModelSaveContext ctx, PromptKDModel model, ScoringSettings settings) => ModelFiles.Save(ctx, VersionInfo(), model, settings);

    /// <summary>ML.NET calls this when it meets the loader signature in an archive.</summary>
    public static PromptKDTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        var files = ModelFiles.Load(ctx, VersionInfo());
        IHost host = env.Register(nameof(PromptKDTransformer));
        using IChannel channel = host.Start("Load");
        var model = PromptKDModel.Load(
            files.Backbone, DeviceSelection.Select(null, env, channel), files.Open, message => channel.Warning(MessageSensitivity.None, message));
        return new PromptKDTransformer(env, model, files.Settings);
    }

    private static VersionInfo VersionInfo() => new(
        modelSignature: "PROMPTKD",
        verWrittenCur: Version,
        verReadableCur: Version,
        verWeCanReadBack: Version,
        loaderAssemblyName: typeof(PromptKDModelFiles).Assembly.FullName,
        loaderSignature: LoaderSignature);
}
