using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Loreal.MLNet;

/// <summary>What only the internals of ML.NET tell about a catalog's environment.</summary>
internal static class HostEnvironments
{
    public static IHostEnvironment Of(MulticlassClassificationCatalog.MulticlassClassificationTrainers trainers) =>
        CatalogUtils.GetEnvironment(trainers);

    public static IHostEnvironment Of(TransformsCatalog transforms) => CatalogUtils.GetEnvironment(transforms);

    /// <summary>The MLContext's choice of a GPU, and whether it lets a computation run on the CPU where that GPU is not there.</summary>
    public static (int? GpuDeviceId, bool FallbackToCpu) GpuChoice(IHostEnvironment environment) =>
        environment is IHostEnvironmentInternal settings
        ? (settings.GpuDeviceId, settings.FallbackToCpu)
        : (null, false);

    /// <summary>Where ML.NET extracts the entries of an archive.</summary>
    public static string TemporaryFolder(IExceptionContext environment) =>
        environment is IHostEnvironmentInternal settings ? settings.TempFilePath : Path.GetTempPath();
}
