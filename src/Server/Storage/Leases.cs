using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace ServiceOrdering.Server.Storage;

/// <summary>
/// The right to do what only one server may do at a time, such as to deliver a subscription. It runs out by the database's clock
/// unless its server renews it; what is written under it is void from then on.
/// </summary>
internal sealed class Lease(string name, string holder, long token)
{
    /// <summary>The condition that a statement adds which is to change nothing unless the lease holds; it is given <see cref="Fence"/>.</summary>
    public const string Holds =
        "exists (select 1 from lease where lease.name = @lease and lease.holder = @leaseHolder and lease.token = @leaseToken and lease.until > @clock)";

    private volatile bool _isLost;

    public string Name => name;

    public long Token => token;

    /// <summary>Whether another server may have the lease by now.</summary>
    public bool IsLost => _isLost;

    /// <summary>Gives a statement what <see cref="Holds"/> asks for.</summary>
    public Parameters Fence(Write write, Parameters parameters) =>
        parameters.With("lease", name).With("leaseHolder", holder).With("leaseToken", token).With("clock", write.Clock.ToUnixTimeMilliseconds());

    public void Lose() => _isLost = true;
}

/// <summary>
/// The leases of this server, renewed while it lives. Names are shared out among the living servers by their hashes. A server
/// that has the database to itself keeps its leases for as long as it runs.
/// </summary>
internal sealed partial class Leases(Database database, IOptions<StorageOptions> options, ILogger<Leases> logger) : BackgroundService
{
    private const string ServerPrefix = "server/";
    private const int BeatsPerLease = 4;

    private readonly string _server = Guid.NewGuid().ToString("N");
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Lease> _held = [];
    private string[] _servers = [];
    private long _token;
    private long _renewed;

    /// <summary>Raised when leases were lost, and when servers have come or gone.</summary>
    public event Action? Changed;

    private TimeSpan Duration => options.Value.LeaseDuration;

    /// <summary>What this server is known by among those that share the database.</summary>
    public string Server => _server;

    /// <summary>Whether no other server works on the database, as far as is known.</summary>
    public bool IsAlone => Volatile.Read(ref _servers).Length <= 1;

    /// <summary>Whether it falls to this server to take a lease, by who is alive as far as is known.</summary>
    public bool IsMine(string name) => !database.IsShared || Volatile.Read(ref _servers) is not { Length: > 1 } servers || servers.MaxBy(server => Weight(server, name)) == _server;

    /// <summary>Whether a lease can still be relied on, without asking the database: a server that has slept does not know what happened meanwhile.</summary>
    public bool IsSure(Lease lease) => !lease.IsLost && (!database.IsShared || Stopwatch.GetElapsedTime(Volatile.Read(ref _renewed)) < Duration);

    /// <summary>The servers that hold leases, and how many each, the one that says that it lives included.</summary>
    public static async ValueTask<IReadOnlyList<(string Holder, long Count)>> HoldersAsync(Session session, DateTimeOffset now) =>
        await session.ListAsync<(string Holder, long Count)>("select holder, count(*) from lease where until > @now group by holder order by holder limit 100", Parameters.Of("now", now.ToUnixTimeMilliseconds()));

    /// <summary>Takes those that no other server has; what this one had of them under an earlier lease is void.</summary>
    public async Task<IReadOnlyList<Lease>> TakeAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
            return [];
        var token = Interlocked.Increment(ref _token);
        var taken = await database.WriteAsync(
            Caller.Server,
            async write =>
            {
                await write.Session.SendAsync(
                    $"""
                    insert into lease (name, holder, token, until)
                    select value, @holder, @token, @until from ({write.Session.Each("@names")}) wanted where true
                    on conflict (name) do update set holder = excluded.holder, token = excluded.token, until = excluded.until where lease.until <= @clock or lease.holder = @holder
                    """,
                    Mine(write).With("token", token).With("names", JsonSerializer.Serialize(names)));
                return await write.Session.ListAsync<string>("select name from lease where holder = @holder and token = @token", Mine(write).With("token", token));
            },
            cancellationToken);
        var leases = taken.ConvertAll(name => new Lease(name, _server, token));
        lock (_gate)
        {
            foreach (var lease in leases)
                _held[lease.Name] = lease;
        }
        return leases;
    }

    /// <summary>Gives a lease back, so that another server need not wait until it runs out.</summary>
    public async Task ReleaseAsync(Lease lease)
    {
        lock (_gate)
        {
            if (_held.GetValueOrDefault(lease.Name) == lease)
                _held.Remove(lease.Name);
        }
        await database.WriteAsync(
            Caller.Server,
            write => write.Session.ExecuteAsync(
                "delete from lease where name = @name and holder = @holder and token = @token", Mine(write).With("name", lease.Name).With("token", lease.Token)),
            CancellationToken.None);
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Who has the database alone has nobody to wait for: what others held died with them.
        if (!database.IsShared)
            await database.WriteAsync(Caller.Server, write => write.Session.ExecuteAsync("delete from lease"), cancellationToken);
        else
            await BeatAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!database.IsShared)
            return;
        while (true)
        {
            await Task.Delay(Duration / BeatsPerLease, stoppingToken);
            try
            {
                await BeatAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFault(e.Message);
                if (Stopwatch.GetElapsedTime(Volatile.Read(ref _renewed)) >= Duration)
                    Lose(Held());
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!database.IsShared)
            return;
        try
        {
            await database.WriteAsync(Caller.Server, write => write.Session.ExecuteAsync("delete from lease where holder = @holder", Mine(write)), CancellationToken.None);
        }
        catch (RpcException)
        {
            // They run out by themselves.
        }
    }

    /// <summary>Says that this server lives, renews what it holds, and looks who else lives.</summary>
    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        // What is taken while this is under way it says nothing about.
        var known = Held();
        var (held, servers) = await database.WriteAsync(
            Caller.Server,
            async write =>
            {
                await write.Session.SendAsync("update lease set until = @until where holder = @holder and until > @clock", Mine(write));
                await write.Session.SendAsync(
                    """
                    insert into lease (name, holder, token, until) values (@name, @holder, 0, @until)
                    on conflict (name) do update set until = excluded.until
                    """,
                    Mine(write).With("name", ServerPrefix + _server));
                await write.Session.SendAsync("delete from lease where until < @limit", Parameters.Of("limit", write.Clock.AddDays(-1).ToUnixTimeMilliseconds()));
                var rows = await write.Session.ListAsync<(string Name, string Holder, long Token)>("select name, holder, token from lease where until > @clock", Mine(write));
                return (
                    rows.Where(row => row.Holder == _server).Select(row => (row.Name, row.Token)).ToHashSet(),
                    rows.Where(row => row.Name.StartsWith(ServerPrefix, StringComparison.Ordinal)).Select(row => row.Holder).ToArray());
            },
            cancellationToken);
        // Before anybody can be sure of them again.
        Lose(known.FindAll(lease => !held.Contains((lease.Name, lease.Token))));
        Volatile.Write(ref _renewed, began);
        var isNews = servers.Length != _servers.Length || servers.Except(_servers).Any();
        Volatile.Write(ref _servers, servers);
        if (isNews)
            Changed?.Invoke();
    }

    private void Lose(List<Lease> lost)
    {
        foreach (var lease in lost)
        {
            lock (_gate)
            {
                if (_held.GetValueOrDefault(lease.Name) != lease)
                    continue;
                _held.Remove(lease.Name);
            }
            LogLost(lease.Name);
            lease.Lose();
        }
        if (lost.Count > 0)
            Changed?.Invoke();
    }

    private List<Lease> Held()
    {
        lock (_gate)
            return [.. _held.Values];
    }

    private Parameters Mine(Write write) => Parameters.Of("holder", _server)
        .With("clock", write.Clock.ToUnixTimeMilliseconds())
        .With("until", database.IsShared ? write.Clock.Add(Duration).ToUnixTimeMilliseconds() : long.MaxValue);

    private static ulong Weight(string server, string name) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(server + '/' + name)));

    [LoggerMessage(LogLevel.Warning, "Leases could not be renewed, which is tried again: {Reason}")]
    private partial void LogFault(string reason);

    [LoggerMessage(LogLevel.Warning, "The lease {Name} was lost: this server did not renew it in time")]
    private partial void LogLost(string name);
}
