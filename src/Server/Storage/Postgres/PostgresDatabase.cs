using System.Data;
using System.Diagnostics;
using Npgsql;

namespace ServiceOrdering.Server.Storage.Postgres;

/// <summary>A database of one or several servers. Reads have connections of a pool; writes go through one queue of each server.</summary>
internal sealed partial class PostgresDatabase : Database
{
    private const string NoDatabase =
        "must name a server and a database, such as 'Host=db.example.com;Database=orders;Username=orders;Password=…'";

    private const int LargestPool = 30;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private readonly NpgsqlDataSource _source;
    private readonly PostgresWriter? _writer;
    private readonly PostgresSignals _signals;
    private readonly TimeSpan _patience;
    private readonly ScanQueue _scans;
    private readonly DatabaseHealth _health;
    private readonly string _scanTimeout;
    private bool _isDisposed;

    public PostgresDatabase(StorageOptions options, TimeProvider time, ILogger<PostgresDatabase> logger)
    {
        var settings = Settings(options);
        _patience = options.Patience;
        Location = LocationOf(settings);
        _scans = new ScanQueue(options.ScanTimeLimit);
        _health = new DatabaseHealth(Location, PostgresFault.Explain, time, logger);
        _scanTimeout = $"set local statement_timeout = {(long)options.ScanTimeLimit.TotalMilliseconds}";
        try
        {
            // Where both are started at once, the database may need a moment longer.
            TryAsync(() => PrepareAsync(settings, logger), e => e, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            // The name is what its metrics are labelled with; without one it would be the connection string.
            _source = new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = "storage" }.Build();
            Identity = StartAsync(options.ReadOnly, logger).AsTask().GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is not DatabaseUnusableException)
        {
            _source?.Dispose();
            throw new DatabaseUnusableException($"The database {Location} cannot be used: {PostgresPooler.Problem(e) ?? e.Message}", e);
        }
        _signals = new PostgresSignals(_source, options.ListenConnectionString ?? _source.ConnectionString, TellCommitted, logger);
        if (!options.ReadOnly)
            _writer = new PostgresWriter(_source, PostgresMigrations.Latest, _patience, _health, time, Committed, logger);

        void Committed()
        {
            TellCommitted();
            _signals.TellOthers();
        }
    }

    public override string Location { get; }

    public override long Identity { get; }

    public override bool IsShared => true;

    public override bool IsReadOnly => _writer is null;

    public static string LocationOf(NpgsqlConnectionStringBuilder settings) => $"{settings.Host}:{settings.Port}/{settings.Database}";

    /// <summary>What to run to have a copy of the database in a file.</summary>
    public static string DumpCommand(string connectionString, string file)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return $"pg_dump --format=custom --file='{file}' --host='{settings.Host}' --port={settings.Port} --username='{settings.Username}' --dbname='{settings.Database}'";
    }

    /// <summary>What is wrong with a connection string, or null.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="name">What it is known by to whoever has to change it.</param>
    public static string? Problem(string connectionString, string name = "Storage:ConnectionString")
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            return settings is { Host: { Length: > 0 }, Database: { Length: > 0 } } ? null : $"{name} {NoDatabase}.";
        }
        catch (ArgumentException e)
        {
            return $"{name} {NoDatabase}: {e.Message}";
        }
    }

    public override string AsUtf8(string text) => $"convert_to({text}, 'UTF8')";

    // Bytes are sent as the text that they are.
    public override string FromUtf8(string bytes) => bytes;

    public override ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> read) => TryAsync(
        async () =>
        {
            await using var connection = await _source.OpenConnectionAsync();
            return await read(new PostgresSession(connection));
        },
        _health.Judge,
        CancellationToken.None);

    public override ValueTask<T> ScanAsync<T>(Func<Session, ValueTask<T>> scan, IReadOnlyList<string> unindexed, CancellationToken cancellationToken) =>
        _scans.RunAsync(token => TryAsync(() => TryScanAsync(scan, token), _health.Judge, token), unindexed, cancellationToken);

    private async ValueTask<T> TryScanAsync<T>(Func<Session, ValueTask<T>> scan, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var session = new PostgresSession(connection, cancellationToken);
        // To compile a filter takes longer than to look at many thousand rows with it.
        await session.SendAsync("set local jit = off");
        // Also where nobody is left to cancel it.
        await session.SendAsync(_scanTimeout);
        try
        {
            return await scan(session);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
    }

    public override void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _writer?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _signals.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _source.Dispose();
    }

    public override int WaitingWrites => _writer?.Waiting ?? 0;

    public override ValueTask<long> SizeAsync() => ReadAsync(session => session.FindAsync<long>("select pg_database_size(current_database())"));

    protected override DatabaseHealth Health => _health;

    // Hexadecimal digits of hashes, which are not compressed to less than half.
    protected override string Filler => "(select string_agg(md5(i::text), '') from generate_series(1, 2048) i)";

    protected override Task<T> EnqueueAsync<T>(Caller caller, Func<Write, ValueTask<T>> write, CancellationToken cancellationToken) =>
        _writer!.EnqueueAsync(caller, write, cancellationToken);

    /// <summary>What is not configured is set for a server that answers soon or says that it cannot.</summary>
    private static NpgsqlConnectionStringBuilder Settings(StorageOptions options)
    {
        var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        Default(settings, "Maximum Pool Size", () => settings.MaxPoolSize = LargestPool);
        Default(settings, "Timeout", () => settings.Timeout = Seconds(options.Patience / 2));
        Default(settings, "Command Timeout", () => settings.CommandTimeout = Seconds(options.Patience));
        Default(settings, "Auto Prepare Min Usages", () => settings.AutoPrepareMinUsages = 2);
        // Nothing that is done here outlives its transaction; behind a pooler what there would be to reset is another's.
        Default(settings, "No Reset On Close", () => settings.NoResetOnClose = true);
        // Which of them failed decides whose write it was.
        settings.IncludeFailedBatchedCommand = true;
        Default(settings, "Application Name", () => settings.ApplicationName = "service-ordering");
        return settings;

        static int Seconds(TimeSpan time) => (int)Math.Ceiling(time.TotalSeconds);
    }

    private static void Default(NpgsqlConnectionStringBuilder settings, string key, Action set)
    {
        if (!settings.ContainsKey(key) || !settings.ShouldSerialize(key))
            set();
    }

    /// <summary>Finds out whether a pooler is between. Statements are prepared, unless connections are shared with others, who know nothing of them.</summary>
    private static async ValueTask<bool> PrepareAsync(NpgsqlConnectionStringBuilder settings, ILogger logger)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        if (!await PostgresPooler.IsBetweenAsync(connection, CancellationToken.None))
        {
            Default(settings, "Max Auto Prepare", () => settings.MaxAutoPrepare = 100);
            return false;
        }
        if (settings.MaxAutoPrepare > 0)
            LogPrepares(logger, LocationOf(settings));
        else
            LogPooler(logger, LocationOf(settings));
        return true;
    }

    private async ValueTask<long> StartAsync(bool isReadOnly, ILogger logger)
    {
        await using var connection = await _source.OpenConnectionAsync();
        var session = new PostgresSession(connection);
        await PostgresTarget.RefuseUnfinishedAsync(session, Location);
        if (isReadOnly)
        {
            await PostgresMigrations.CheckAsync(session, Location);
        }
        else
        {
            await PostgresMigrations.ApplyAsync(_source, Location, logger, CancellationToken.None);
            // Servers that have not written for so long are no longer there to ask.
            await session.ExecuteAsync("delete from writer_commit where time < now() - interval '30 days'");
        }
        return await session.FindAsync<long>("select id from database_identity");
    }

    /// <summary>Reads, again while the database is away, for as long as there is patience: it changes nothing.</summary>
    /// <param name="read">What is read.</param>
    /// <param name="told">What is thrown where it fails for good.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private async ValueTask<T> TryAsync<T>(Func<ValueTask<T>> read, Func<Exception, Exception> told, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        for (var pause = FirstPause; ; pause *= 2)
        {
            try
            {
                return await read();
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && PostgresFault.Explain(e) is not null)
            {
                if (!PostgresFault.Passes(e) || Stopwatch.GetElapsedTime(started) + pause > _patience)
                    throw told(e);
                await Task.Delay(pause, cancellationToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "A pooler is between this server and {Location}: statements are not prepared")]
    private static partial void LogPooler(ILogger logger, string location);

    [LoggerMessage(LogLevel.Warning, "A pooler is between this server and {Location}, and Max Auto Prepare is set: it must keep prepared statements, as PgBouncer does from 1.21 on with max_prepared_statements")]
    private static partial void LogPrepares(ILogger logger, string location);
}
