using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Microsoft.ML.Loreal.Tests.Hub;

/// <summary>A web server on a port of this machine, which can cut its connections in the middle of an answer.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<Request, Reply> _answer;

    public LoopbackServer(Func<Request, Reply> answer)
    {
        _answer = answer;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _ = Task.Run(ServeAsync);
    }

    public Uri Address { get; }

    /// <summary>What was asked, in order.</summary>
    public ConcurrentQueue<Request> Requests { get; } = new();

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                _ = Task.Run(() => AnswerAsync(client));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The server was disposed.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            NetworkStream stream = client.GetStream();
            Request request = await ReadAsync(stream);
            Requests.Enqueue(request);
            Reply reply = _answer(request);
            string head = $"HTTP/1.1 {reply.Status} Status\r\nConnection: close\r\nContent-Length: {reply.Length ?? reply.Body.Length}\r\n"
                + string.Concat(reply.Headers.Select(header => $"{header.Name}: {header.Value}\r\n"))
                + "\r\n";
            await stream.WriteAsync(Encoding.Latin1.GetBytes(head));
            if (request.Method != "HEAD")
            {
                await stream.WriteAsync(reply.Body.AsMemory(0, Math.Min(reply.Body.Length, reply.CutAfter)));
                if (reply.Then is not null)
                {
                    await reply.Then();
                }
            }
        }
    }

    private static async Task<Request> ReadAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
        string[] first = (await reader.ReadLineAsync())!.Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        }

        return new Request(first[0], first[1], headers);
    }

    public sealed record Request(string Method, string Path, IReadOnlyDictionary<string, string> Headers)
    {
        /// <summary>The first byte that is asked for.</summary>
        public int From => Headers.TryGetValue("Range", out string? range)
            ? int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture)
            : 0;

        public string? Token => Headers.GetValueOrDefault("Authorization");
    }

    public sealed record Reply(int Status, params (string Name, string Value)[] Headers)
    {
        public byte[] Body { get; init; } = [];

        /// <summary>The length that is promised, where it is not the body's.</summary>
        public long? Length { get; init; }

        /// <summary>The bytes after which the connection is cut.</summary>
        public int CutAfter { get; init; } = int.MaxValue;

        /// <summary>What happens before the connection is closed.</summary>
        public Func<Task>? Then { get; init; }
    }
}
