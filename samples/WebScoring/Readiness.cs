using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <summary>Ready when the model is loaded and warm.</summary>
internal sealed class Readiness(ModelHolder holder) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellation = default) =>
        Task.FromResult(holder.Model is null ? HealthCheckResult.Unhealthy("The model is being loaded.") : HealthCheckResult.Healthy());
}
