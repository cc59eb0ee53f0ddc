using Microsoft.ML;
using Microsoft.ML.Loreal;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(LorealTransformer), typeof(LorealModelFiles), null, typeof(SignatureLoadModel), "LOREAL image classifier", LorealModelFiles.LoaderSignature)]

namespace Microsoft.ML.Loreal;

/// <summary>A <see cref="LorealTransformer"/> in ML.NET's model archive.</summary>
internal static class LorealModelFiles
{
    public const string LoaderSignature = "LorealTransformer";

    private const uint Version = 0x00010001;

    public static void Save(ModelSaveContext ctx, LorealModel model, ScoringSettings settings) => ModelFiles.Save(ctx, VersionInfo(), model, settings);

    /// <summary>ML.NET calls this when it meets the loader signature in an archive.</summary>
    public static LorealTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        var files = ModelFiles.Load(ctx, VersionInfo());
        IHost host = env.Register(nameof(LorealTransformer));
        using IChannel channel = host.Start("Load");
        var model = LorealModel.Load(
            files.Backbone, DeviceSelection.Select(null, env, channel), files.Open, message => channel.Warning(MessageSensitivity.None, message));
        return new LorealTransformer(env, model, files.Settings);
    }

    private static VersionInfo VersionInfo() => new(
        modelSignature: "LOREALTR",
        verWrittenCur: Version,
        verReadableCur: Version,
        verWeCanReadBack: Version,
        loaderAssemblyName: typeof(LorealModelFiles).Assembly.FullName,
        loaderSignature: LoaderSignature);
}
