using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.RateLimiting;

namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <summary>The web application: predictions, what the page needs to know, health, and the page itself.</summary>
internal static class ScoringServer
{
    private const string Turns = "turns";

    // More requests than these wait in vain: the client hears so at once.
    private const int Waiting = 128;

    public static WebApplication Create(IModelSource source, ServerSettings settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(settings.Url);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = settings.MaximumBytes);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        // Not being ready yet is no failure to log each time that someone asks.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        builder.Services
            .AddSingleton(source)
            .AddSingleton(settings)
            .AddSingleton<ModelHolder>()
            .AddHostedService<ModelLoader>()
            .AddProblemDetails()
            .AddRateLimiter(limiter => limiter
                .AddConcurrencyLimiter(Turns, turns => (turns.PermitLimit, turns.QueueLimit) = (Environment.ProcessorCount, Waiting))
                .RejectionStatusCode = StatusCodes.Status503ServiceUnavailable)
            .AddHealthChecks().AddCheck<Readiness>(nameof(Readiness));

        WebApplication app = builder.Build();
        app.UseStatusCodePages();
        app.UseDefaultFiles();
        app.UseStaticFiles();
        app.UseRateLimiter();
        app.MapHealthChecks("/health", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/ready");
        app.MapGet("/model", ModelEndpoints.Describe);
        app.MapGet("/samples/{number:int}", ModelEndpoints.Sample);
        app.MapPost("/predict", PredictionEndpoint.Predict).RequireRateLimiting(Turns);
        return app;
    }
}
