using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.ML.Loreal.Samples.WebScoring;

namespace Microsoft.ML.Loreal.Tests.Web;

/// <summary>The web sample on a free port of this machine, and a client to it.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    public const int MaximumBytes = 100_000;

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private WebServer(WebApplication application)
    {
        Application = application;
        Client = new HttpClient { BaseAddress = new Uri(application.Urls.Single()), Timeout = _patience };
    }

    public WebApplication Application { get; }

    public HttpClient Client { get; }

    /// <summary>Starts it; the model is loaded meanwhile.</summary>
    public static async Task<WebServer> StartAsync(IModelSource source)
    {
        WebApplication application = ScoringServer.Create(source, new ServerSettings("http://127.0.0.1:0", MaximumBytes));
        await application.StartAsync();
        return new WebServer(application);
    }

    /// <summary>Starts it and waits for the model.</summary>
    public static async Task<WebServer> StartReadyAsync(IModelSource source)
    {
        WebServer server = await StartAsync(source);
        await server.WaitUntilReadyAsync();
        return server;
    }

    public async Task WaitUntilReadyAsync()
    {
        using var patience = new CancellationTokenSource(_patience);
        while (await StatusAsync("/ready") != HttpStatusCode.OK)
        {
            await Task.Delay(20, patience.Token);
        }
    }

    public async Task<HttpStatusCode> StatusAsync(string path)
    {
        using HttpResponseMessage response = await Client.GetAsync(path);
        return response.StatusCode;
    }

    public Task<HttpResponseMessage> PostAsync(string path, byte[] file, string? type)
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return Client.PostAsync(path, content);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Application.StopAsync();
        await Application.DisposeAsync();
    }
}
