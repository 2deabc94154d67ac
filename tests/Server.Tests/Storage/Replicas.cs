using System.Net;
using System.Net.Sockets;
using ServiceOrdering.Client;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>Several servers on one database, as processes, each with a way of its own to it; and the list of them that clients have.</summary>
public sealed class Replicas : IDisposable
{
    private readonly Replica[] _all;
    private int _next;

    private Replicas(Replica[] all) => _all = all;

    public int Count => _all.Length;

    public Replica this[int number] => _all[number % _all.Length];

    public static async Task<Replicas> StartAsync(int count, TestDatabase database, (string Host, int Port) at, params (string Key, string Value)[] settings)
    {
        var replicas = new Replicas([.. Enumerable.Range(1, count).Select(i => new Replica($"replica-{i}", database, at, settings))]);
        await Task.WhenAll(replicas._all.Select(replica => replica.StartAsync()));
        return replicas;
    }

    /// <summary>The replica that has a life of this name.</summary>
    public Replica Find(string life) => _all.Single(replica => replica.Life == life);

    /// <summary>A client's connections over HTTP: a new one goes to the next server of the list.</summary>
    public HttpClient Http() => new(Handler(replica => replica.Rest)) { BaseAddress = new Uri("http://127.0.0.1") };

    /// <summary>A client over gRPC: when its connection is lost it goes to the next server of the list.</summary>
    public ServiceOrderingClient Grpc() =>
        ServiceOrderingClient.Connect("http://127.0.0.1", new ServiceOrderingClientOptions { HttpHandler = Handler(replica => replica.Grpc), RepeatCreations = false });

    /// <summary>What all of them have told in all of their lives, to a folder.</summary>
    public void SaveLogs(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (life, log) in _all.SelectMany(replica => replica.Logs))
            File.WriteAllLines(Path.Combine(folder, $"{life}.log"), log);
    }

    public void Dispose()
    {
        foreach (var replica in _all)
            replica.Dispose();
    }

    private SocketsHttpHandler Handler(Func<Replica, Uri> address) => new()
    {
        // A server that is paused still has its connections; who waits for an answer finds out.
        KeepAlivePingDelay = TimeSpan.FromSeconds(1),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(2),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        ConnectCallback = async (_, cancellationToken) =>
        {
            var target = address(this[Interlocked.Increment(ref _next)]);
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, target.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException)
            {
                socket.Dispose();
                throw;
            }
        },
    };
}

/// <summary>A server that is killed and started again, and its way to the database.</summary>
public sealed class Replica(string name, TestDatabase database, (string Host, int Port) at, (string Key, string Value)[] settings) : IDisposable
{
    private readonly List<(string Life, ServerProcess Process)> _processes = [];
    private readonly CuttingProxy _way = new(at.Host, at.Port);
    private volatile ServerProcess? _process;

    /// <summary>What its connections are called in the database: another name each time that it is started.</summary>
    public string Life => $"{name}-{_processes.Count}";

    public Uri Rest => Process.Rest;

    public Uri Grpc => Process.Grpc;

    /// <summary>The process of now or, while there is none, of last.</summary>
    public ServerProcess Process => _process ?? throw new InvalidOperationException("It was not started.");

    public CuttingProxy Way => _way;

    public IEnumerable<(string Life, IReadOnlyList<string> Log)> Logs => _processes.Select(process => (process.Life, process.Process.Log));

    public async Task StartAsync()
    {
        var life = $"{name}-{_processes.Count + 1}";
        (string, string)[] way = TestDatabase.IsPostgres ? [database.At("127.0.0.1", _way.Port, $"Application Name={life}")] : [];
        var started = await ServerProcess.StartAsync(database, Cancel, [.. way, .. settings]);
        _processes.Add((life, started));
        _process = started;
    }

    public void Dispose()
    {
        _processes.ForEach(process => process.Process.Dispose());
        _way.Dispose();
    }
}
