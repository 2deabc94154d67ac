namespace ServiceOrdering.Server.Storage;

/// <summary>Where orders are kept: the configuration section <c>Storage</c>.</summary>
internal sealed record StorageOptions
{
    /// <summary>The database in use. Allowed: <c>sqlite</c>, <c>postgres</c>. Default: <c>sqlite</c>.</summary>
    public string Provider { get; init; } = "sqlite";

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
    /// did: deliveries, retention. At least one second. Default: 10 seconds.
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
    /// refused with 503 / UNAVAILABLE. At least one second. Default: 10 seconds.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);
}
