using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>A bounded load on the web sample, from clients in this process over the loopback interface.</summary>
internal static class WebBenchmark
{
    private const int WarmUpRequests = 100;
    private const int Requests = 1_000;

    private static readonly int[] _clients = [1, 4, 16, 64];
    private static readonly TimeSpan _most = TimeSpan.FromMinutes(3);

    public static void Run() => RunAsync().GetAwaiter().GetResult();

    private static async Task RunAsync()
    {
        using var folder = new TemporaryFolder();
        List<JpegFolder.Photo> photos = JpegFolder.Write(folder.Path, 40, 10);
        using var server = new WebServerProcess(FolderBenchmark.Save(folder.Path, photos));
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = _clients[^1] })
        {
            BaseAddress = server.Address,
            Timeout = _most,
        };
        byte[][] files = [.. photos.Select(photo => File.ReadAllBytes(photo.ImagePath))];
        await WaitUntilReadyAsync(client);

        Comparison.Line(
            $"POST /predict of the web sample: {Requests} JPEG files of 300 x 200 for each number of clients, 10 classes, "
            + $"the default backbone at {BenchmarkModel.Default.LowResolution} px");
        Comparison.Line(Machine.Description);
        Comparison.Line("");
        Comparison.Line(
            "| clients | requests | errors | p50 ms | p99 ms | a second | processor ms a request | resident MB before | after |");
        Comparison.Line("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        await LoadAsync(client, files, clients: 4, WarmUpRequests);
        foreach (int clients in _clients)
        {
            (double before, double processor, Stopwatch watch) = (server.ResidentMemory, server.ProcessorSeconds, Stopwatch.StartNew());
            (double[] times, int errors) = await LoadAsync(client, files, clients, Requests);
            double seconds = watch.Elapsed.TotalSeconds;
            processor = 1000 * (server.ProcessorSeconds - processor) / (times.Length + errors);
            Comparison.Line(FormattableString.Invariant(
                $"| {clients} | {times.Length + errors} | {errors} | {Percentile(times, 50):0.0} | {Percentile(times, 99):0.0} ")
                + FormattableString.Invariant($"| {times.Length / seconds:0} | {processor:0.0} ")
                + FormattableString.Invariant($"| {before:0} | {server.ResidentMemory:0} |"));
        }
    }

    private static async Task WaitUntilReadyAsync(HttpClient client)
    {
        using var patience = new CancellationTokenSource(_most);
        while (true)
        {
            using HttpResponseMessage response = await client.GetAsync("ready", patience.Token);
            if (response.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(100, patience.Token);
        }
    }

    /// <summary>Each client sends its next request when the last one is answered; none starts after the time is up.</summary>
    private static async Task<(double[] Milliseconds, int Errors)> LoadAsync(HttpClient client, byte[][] files, int clients, int requests)
    {
        var times = new ConcurrentBag<double>();
        (int next, int errors) = (-1, 0);
        var total = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            for (int i = Interlocked.Increment(ref next); i < requests && total.Elapsed < _most; i = Interlocked.Increment(ref next))
            {
                var watch = Stopwatch.StartNew();
                if (await IsAnsweredAsync(client, files[i % files.Length]))
                {
                    times.Add(watch.Elapsed.TotalMilliseconds);
                }
                else
                {
                    Interlocked.Increment(ref errors);
                }
            }
        }));
        return ([.. times.Order()], errors);
    }

    private static async Task<bool> IsAnsweredAsync(HttpClient client, byte[] file)
    {
        try
        {
            using var content = new ByteArrayContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } };
            using HttpResponseMessage response = await client.PostAsync("predict", content);
            await response.Content.ReadAsByteArrayAsync();
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static double Percentile(double[] sorted, int percent) =>
        sorted.Length == 0 ? double.NaN : sorted[(sorted.Length - 1) * percent / 100];
}
