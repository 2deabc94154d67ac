using ServiceOrdering.Server.Storage.Postgres;
using ServiceOrdering.Server.Storage.Sqlite;

namespace ServiceOrdering.Server.Storage;

/// <summary>Where orders are kept: the configuration section <c>Storage</c>.</summary>
internal sealed record StorageOptions : ISettings
{
    private const string SqliteName = "sqlite";
    private const string PostgresName = "postgres";

    /// <summary>The database in use. Allowed: <c>sqlite</c>, <c>postgres</c>. Default: <c>sqlite</c>.</summary>
    public string Provider { get; init; } = SqliteName;

    /// <summary>Whether it is one of PostgreSQL.</summary>
    public bool IsPostgres => Provider == PostgresName;

    /// <summary>The database's connection string. A relative path is relative to the working directory. Default: <c>Data Source=service-ordering.db</c>.</summary>
    public string ConnectionString { get; init; } = "Data Source=service-ordering.db";

    /// <summary>
    /// Serves reads, lists and watches, and refuses every write: while the data is moved, or from a copy that nobody writes to.
    /// Nothing is delivered to subscribers meanwhile, and no old event removed. Default: false.
    /// </summary>
    public bool ReadOnly { get; init; }

    /// <summary>
    /// PostgreSQL: the connection string for the one connection that listens for other servers' commits, where those of
    /// <see cref="ConnectionString"/> are shared by transactions, as PgBouncer does. Default: the same.
    /// </summary>
    public string? ListenConnectionString { get; init; }

    /// <summary>
    /// PostgreSQL with several servers: how long the others wait for one that has fallen silent, before they take over what it
    /// did: deliveries, retention. From one second to an hour. Default: 10 seconds.
    /// </summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a list or a search may take, and how long it waits for its turn before it is refused with 503: DEADLINE_EXCEEDED
    /// where it ran, UNAVAILABLE where it waited. From 0.1 seconds to an hour. Default: 10 seconds.
    /// </summary>
    public TimeSpan ScanTimeLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// SQLite: how many bytes the write-ahead log may have before lists and searches wait until it was emptied, as it cannot be while
    /// one of them runs. It may go on growing for as long as those take that run already. At least 64 MiB. Default: 1 GiB.
    /// </summary>
    public long LargestLog { get; init; } = 1024 * 1024 * 1024;

    /// <summary>
    /// How long a request waits for a database that does not answer or, with SQLite, that another program has locked, before it is
    /// refused with 503 / UNAVAILABLE. From one second to an hour. Default: 10 seconds.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Provider is not (SqliteName or PostgresName))
            yield return $"Storage:Provider '{Provider}' is not known. Allowed: {SqliteName}, {PostgresName}.";
        else if ((IsPostgres ? PostgresDatabase.Problem(ConnectionString) : SqliteDatabase.Problem(ConnectionString)) is { } problem)
            yield return problem;
        if (IsPostgres && ListenConnectionString is not null && PostgresDatabase.Problem(ListenConnectionString, "Storage:ListenConnectionString") is { } listening)
            yield return listening;
        if (LeaseDuration < TimeSpan.FromSeconds(1) || LeaseDuration > TimeSpan.FromHours(1))
            yield return "Storage:LeaseDuration must be at least 00:00:01 and at most 01:00:00, such as 00:00:10.";
        if (Patience < TimeSpan.FromSeconds(1) || Patience > TimeSpan.FromHours(1))
            yield return "Storage:Patience must be at least 00:00:01 and at most 01:00:00, such as 00:00:10.";
        if (ScanTimeLimit < TimeSpan.FromSeconds(0.1) || ScanTimeLimit > TimeSpan.FromHours(1))
            yield return "Storage:ScanTimeLimit must be from 00:00:00.1 to 01:00:00, such as 00:00:10.";
        if (LargestLog < 64 << 20)
            yield return "Storage:LargestLog must be at least 67108864 bytes, such as 1073741824.";
    }
}
