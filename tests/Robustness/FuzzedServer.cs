using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Robustness;

/// <summary>The real program as a process on a file of SQLite, and what can be sent to it whether it is HTTP or not.</summary>
public sealed class FuzzedServer : IAsyncLifetime
{
    public const string Orders = "/tmf-api/serviceOrdering/v4/serviceOrder";

    private const string Listening = "Listening on REST ";
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(30);
    private readonly DirectoryInfo? _ownFolder;
    private readonly string _folder;
    private readonly string[] _settings;
    private readonly ConcurrentQueue<string> _log = new();
    private Process? _process;

    public FuzzedServer()
        : this(null)
    {
    }

    /// <param name="folder">Where the database is; null for a folder of its own.</param>
    /// <param name="settings">Configuration, as <c>Name=value</c>.</param>
    internal FuzzedServer(string? folder, params string[] settings)
    {
        _ownFolder = folder is null ? Directory.CreateTempSubdirectory("service-ordering-") : null;
        _folder = folder ?? _ownFolder!.FullName;
        _settings = settings;
    }

    public HttpClient Rest { get; private set; } = new();

    public HttpClient Grpc { get; private set; } = new();

    /// <summary>What it has told since it listens.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>Bytes of memory that the server has held at most.</summary>
    public long MostResidentBytes
    {
        get
        {
            _process!.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    /// <summary>Bytes of memory that the server holds.</summary>
    public long ResidentBytes
    {
        get
        {
            _process!.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>How long it runs.</summary>
    public TimeSpan Age => DateTime.Now - _process!.StartTime;

    public async ValueTask InitializeAsync()
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "..", "..", "Server", new DirectoryInfo(AppContext.BaseDirectory).Name, "ServiceOrdering.Server.dll"),
                "--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:0",
                "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0",
                $"--Storage:ConnectionString=Data Source={Path.Combine(_folder, "fuzz.db")}",
            },
        };
        foreach (var setting in _settings)
            start.ArgumentList.Add("--" + setting);
        _process = Process.Start(start)!;
        while (await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            var at = line.IndexOf(Listening, StringComparison.Ordinal);
            if (at < 0)
                continue;
            // Somebody has to read on, or the server would wait for room in the pipe.
            _ = ReadLogAsync(_process.StandardOutput);
            var addresses = line[(at + Listening.Length)..].Split([", gRPC ", "; "], StringSplitOptions.None);
            Rest = new HttpClient { BaseAddress = new Uri(addresses[0]), Timeout = LongestAnswer };
            Grpc = new HttpClient { BaseAddress = new Uri(addresses[1]), Timeout = LongestAnswer };
            return;
        }
        throw new InvalidOperationException("The server ended before it listened.");
    }

    private async Task ReadLogAsync(StreamReader output)
    {
        while (await output.ReadLineAsync(CancellationToken.None) is { } line)
            _log.Enqueue(line);
    }

    /// <summary>Places an order and gives its id; null where it is refused because the server cannot now.</summary>
    public async Task<string?> PlaceAsync(string order)
    {
        using var content = new StringContent(order, Encoding.UTF8, "application/json");
        using var answer = await Rest.PostAsync(Orders, content, TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.ServiceUnavailable, $"{answer.StatusCode}");
        return answer.Headers.Location?.ToString().Split('/')[^1];
    }

    public async Task<int> GetAsync(string path)
    {
        using var answer = await Rest.GetAsync(path, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    public async Task<int> SendJsonAsync(HttpMethod method, string path, byte[] body, string contentType)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(contentType) } } };
        using var response = await Rest.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    /// <returns>The gRPC status; null where the answer is none of gRPC's.</returns>
    public async Task<string?> CallAsync(string method, byte[] message)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, .. BitConverter.GetBytes(IPAddress.HostToNetworkOrder(message.Length)), .. message])
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") },
            },
            Headers = { { "TE", "trailers" }, { "grpc-timeout", "200m" } },
        };
        using var response = await Grpc.SendAsync(request, TestContext.Current.CancellationToken);
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return response.Headers.Concat(response.TrailingHeaders).Where(header => header.Key == "grpc-status").Select(header => header.Value.Single()).FirstOrDefault();
    }

    /// <summary>Sends bytes, says that these are all, and reads what comes.</summary>
    public static async Task<string> SendRawAsync(Uri address, byte[] bytes)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        end.CancelAfter(LongestAnswer);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, address.Port, end.Token);
        var answer = new StringBuilder();
        try
        {
            await socket.SendAsync(bytes, end.Token);
            socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[16 * 1024];
            while (await socket.ReceiveAsync(buffer, end.Token) is var count and > 0)
                answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            // The server may break off what makes no sense.
        }
        return answer.ToString();
    }

    public ValueTask DisposeAsync()
    {
        Rest.Dispose();
        Grpc.Dispose();
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process?.Dispose();
        _ownFolder?.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
