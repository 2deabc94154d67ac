using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Robustness;

/// <summary>Listeners that hang, reset, drip, talk without end and send away: they cost others nothing.</summary>
public sealed class HostileListenerTests
{
    private const int Each = 8;
    private const int Orders = 40;
    private const long MostResidentBytes = 512L * 1024 * 1024;
    private const string Order = """{"serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Listener_that_answers_gets_every_event_soon_beside_those_that_do_their_worst()
    {
        var server = new FuzzedServer(null, "Checking:Mode=Manual", "Webhooks:Timeout=00:00:01", "Webhooks:RetryDelays:0=00:00:00.100");
        await server.InitializeAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var taken = 0;
        var tookAll = new TaskCompletionSource();
        Func<NetworkStream, CancellationToken, Task>[] worst =
        [
            (_, token) => Task.Delay(Timeout.Infinite, token),
            (stream, _) => { stream.Socket.LingerState = new LingerOption(true, 0); return Task.CompletedTask; },
            (stream, token) => RepeatAsync(stream, "H"u8.ToArray(), TimeSpan.FromSeconds(1), token),
            (stream, token) => RepeatAsync(stream, [.. "HTTP/1.1 200 OK\r\n"u8, .. "X: "u8, .. Encoding.ASCII.GetBytes(new string('x', 1000)), .. "\r\n"u8], TimeSpan.Zero, token),
            (stream, token) => RepeatAsync(stream, [.. "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n"u8, .. new byte[100_000]], TimeSpan.Zero, token),
            async (stream, token) => await stream.WriteAsync("HTTP/1.1 307 Go\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), token),
            async (stream, token) => await stream.WriteAsync("\0\0\0 not HTTP"u8.ToArray(), token),
        ];
        var listeners = worst.Select(way => Listen(way, end.Token)).ToList();
        try
        {
            foreach (var listener in listeners)
            {
                for (var i = 0; i < Each; i++)
                    await SubscribeAsync(server, listener, $"/{i}");
            }
            var good = Listen(async (stream, token) =>
            {
                if (Interlocked.Increment(ref taken) == Orders)
                    tookAll.SetResult();
                await stream.WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray(), token);
            }, end.Token);
            listeners.Add(good);
            await SubscribeAsync(server, good, "/");
            for (var i = 0; i < Orders; i++)
                Assert.NotNull(await server.PlaceAsync(Order));

            await tookAll.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancel);
            Assert.Equal(Orders, Volatile.Read(ref taken));
            // Until those that hang have timed out a few times.
            await Task.Delay(TimeSpan.FromSeconds(5), Cancel);
            Assert.Equal(200, await server.GetAsync("/health/ready"));
            Assert.InRange(server.MostResidentBytes, 0, MostResidentBytes);
            Assert.DoesNotContain(server.Log, line => line.Contains("   at ", StringComparison.Ordinal));
            TestContext.Current.TestOutputHelper?.WriteLine($"{worst.Length * Each} hostile listeners, {server.MostResidentBytes >> 20} MB resident at most; {server.Log.Count} lines of log");
        }
        finally
        {
            await end.CancelAsync();
            listeners.ForEach(listener => listener.Dispose());
            await server.DisposeAsync();
        }
    }

    private static async Task SubscribeAsync(FuzzedServer server, TcpListener listener, string path)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"callback":"http://127.0.0.1:{{((IPEndPoint)listener.LocalEndpoint).Port}}{{path}}"}""");
        Assert.Equal(201, await server.SendJsonAsync(HttpMethod.Post, "/tmf-api/serviceOrdering/v4/hub", body, "application/json"));
    }

    private static TcpListener Listen(Func<NetworkStream, CancellationToken, Task> answer, CancellationToken end)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = AcceptAsync();
        return listener;

        async Task AcceptAsync()
        {
            while (!end.IsCancellationRequested)
                _ = AnswerAsync(await listener.AcceptTcpClientAsync(end));
        }

        async Task AnswerAsync(TcpClient client)
        {
            using (client)
            {
                try
                {
                    var stream = client.GetStream();
                    // An event is smaller than this, and its last byte is the end of its object.
                    var buffer = new byte[64 * 1024];
                    for (var length = 0; length == 0 || buffer[length - 1] != '}';)
                        length += await stream.ReadAsync(buffer.AsMemory(length), end) is > 0 and var count ? count : throw new IOException();
                    await answer(stream, end);
                }
                catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
                {
                    // The server has had enough, or the test.
                }
            }
        }
    }

    private static async Task RepeatAsync(NetworkStream stream, byte[] bytes, TimeSpan pause, CancellationToken end)
    {
        while (true)
        {
            await stream.WriteAsync(bytes, end);
            await Task.Delay(pause, end);
        }
    }
}
