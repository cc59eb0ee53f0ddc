using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Loreal.Tests.Web;

/// <summary>A headless Chromium with one page, driven over its DevTools protocol.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly string[] _names = ["chromium", "chromium-browser", "google-chrome"];
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _profile;
    private readonly Process _process;
    private readonly ClientWebSocket _page = new();
    private int _calls;

    private Browser(TemporaryFolder profile, Process process)
    {
        _profile = profile;
        _process = process;
    }

    /// <summary>The program, or null where none is installed.</summary>
    public static string? Program => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => _names.Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    public static async Task<Browser> OpenAsync(string address)
    {
        var profile = new TemporaryFolder();
        var start = new ProcessStartInfo(
            Program!,
            [
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--window-size=900,1100",
                "--remote-debugging-port=0",
                $"--user-data-dir={profile.Path}",
                "about:blank",
            ])
        {
            RedirectStandardError = true,
        };
        var browser = new Browser(profile, Process.Start(start)!);
        browser._process.ErrorDataReceived += (_, _) => { };
        browser._process.BeginErrorReadLine();
        try
        {
            await browser._page.ConnectAsync(await browser.FindPageAsync(), Patience());
            await browser.CallAsync("Page.navigate", new JsonObject { ["url"] = address });
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>The value of an expression in the page, as JSON.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        JsonNode result = await CallAsync(
            "Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        Assert.IsNull(result["exceptionDetails"], result["exceptionDetails"]?.ToJsonString());
        return result["result"]!["value"];
    }

    /// <summary>Waits until an expression in the page is true.</summary>
    public async Task WaitAsync(string condition)
    {
        CancellationToken patience = Patience();
        while (!(await EvaluateAsync($"Boolean({condition})"))!.GetValue<bool>())
        {
            if (patience.IsCancellationRequested)
            {
                Assert.Fail($"The page never got to {condition}:\n{await EvaluateAsync("document.body.innerText")}");
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>Chooses a file in a file input, as a user does.</summary>
    public async Task ChooseAsync(string input, string path)
    {
        JsonNode element = await CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = $"document.querySelector('{input}')" });
        await CallAsync(
            "DOM.setFileInputFiles",
            new JsonObject { ["objectId"] = element["result"]!["objectId"]!.GetValue<string>(), ["files"] = new JsonArray(path) });
    }

    /// <summary>The page as a PNG file.</summary>
    public async Task<byte[]> ScreenshotAsync() =>
        Convert.FromBase64String((await CallAsync("Page.captureScreenshot", []))["data"]!.GetValue<string>());

    public async ValueTask DisposeAsync()
    {
        _page.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(Patience());
        _process.Dispose();
        _profile.Dispose();
    }

    private static CancellationToken Patience() => new CancellationTokenSource(_patience).Token;

    /// <summary>The address at which the first page takes commands. The browser writes its port to a file.</summary>
    private async Task<Uri> FindPageAsync()
    {
        CancellationToken patience = Patience();
        string file = _profile["DevToolsActivePort"];
        while (!File.Exists(file) || File.ReadAllLines(file).Length < 2)
        {
            await Task.Delay(50, patience);
        }

        using var client = new HttpClient();
        JsonArray? targets = await client.GetFromJsonAsync<JsonArray>(
            $"http://127.0.0.1:{File.ReadLines(file).First()}/json/list", patience);
        return new Uri(
            targets!.First(target => target!["type"]!.GetValue<string>() == "page")!["webSocketDebuggerUrl"]!.GetValue<string>());
    }

    private async Task<JsonNode> CallAsync(string method, JsonObject parameters)
    {
        CancellationToken patience = Patience();
        int id = ++_calls;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        await _page.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, endOfMessage: true, patience);
        while (true)
        {
            JsonNode answer = await ReceiveAsync(patience);
            if (answer["id"]?.GetValue<int>() == id)
            {
                return answer["result"] ?? throw new InvalidOperationException($"{method}: {answer["error"]?.ToJsonString()}");
            }
        }
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken patience)
    {
        using var message = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        WebSocketReceiveResult part;
        do
        {
            part = await _page.ReceiveAsync(buffer, patience);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(message.ToArray())!;
    }
}
