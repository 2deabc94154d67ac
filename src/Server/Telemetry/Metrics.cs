using System.Diagnostics.Metrics;

namespace ServiceOrdering.Server.Telemetry;

/// <summary>A number that is read from time to time: how many, how much, how old now.</summary>
internal sealed record Gauge(string Name, string Unit, string Meaning);

/// <summary>
/// What the server measures of itself, beside what the platform does (docs/telemetry.md): the name, the unit, the meaning. What
/// is measured as it happens is static, as the platform's own is; what is read from time to time is <see cref="GaugeSnapshot"/>'s.
/// </summary>
internal static class Metrics
{
    public const string MeterName = "ServiceOrdering";

    private static readonly Meter Meter = new(MeterName);
    private static readonly double[] Quick = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly double[] Long = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 43200, 86400];
    private static readonly double[] Calls = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    private static readonly double[] Powers = [1, 2, 4, 8, 16, 32, 64, 128, 256];

    // Calls
    public static readonly Histogram<double> CallDuration = Histogram("rpc.server.call.duration", "s", "Time to answer a call, over gRPC and over REST, which runs the same methods; a stream's is as long as it lasts.", Calls);

    // Writes
    public static readonly Gauge WriteQueueDepth = new("service_ordering.write.queue.depth", "{write}", "Writes that wait for the writer of this server.");
    public static readonly Histogram<double> WriteQueueWait = Histogram("service_ordering.write.queue.wait", "s", "Time that a write waits before the transaction that it shares begins.", Quick);
    public static readonly Histogram<double> CommitDuration = Histogram("service_ordering.commit.duration", "s", "Time of a transaction of writes, until they are durable or have failed.", Quick);
    public static readonly Histogram<double> CommitWrites = Histogram("service_ordering.commit.writes", "{write}", "Writes that share a transaction.", Powers);

    // The database
    public static readonly Gauge LogPosition = new("service_ordering.log.position", "{event}", "Position of the newest event of the log: how many there ever were.");
    public static readonly Gauge DatabaseSize = new("service_ordering.database.size", "By", "Size of the database, with SQLite its write-ahead log included.");
    public static readonly Counter<long> UnindexedScans = Counter("service_ordering.scans.unindexed", "{scan}", "Lists and searches that were asked for and no index helps.");

    // Events
    public static readonly UpDownCounter<long> Watchers = Meter.CreateUpDownCounter<long>("service_ordering.watchers", "{watcher}", "Streams of events that are open on this server, over gRPC and HTTP.");
    public static readonly Histogram<double> DeliveryDuration = Histogram("service_ordering.delivery.duration", "s", "Time of an attempt to deliver an event to a webhook's listener.", Quick);
    public static readonly Gauge SubscriptionLag = new("service_ordering.subscription.lag", "{event}", "Events of the log that a subscription's delivery, running on this server, has not come to; of the 100 that are furthest behind.");
    public static readonly Gauge SuspendedSubscriptions = new("service_ordering.subscriptions.suspended", "{subscription}", "Subscriptions whose delivery was given up until an operator resumes it.");

    // Orders
    public static readonly Gauge Orders = new("service_ordering.orders", "{order}", "Service orders in each state.");
    public static readonly Gauge OrderItems = new("service_ordering.order.items", "{item}", "Items of service orders in each state, items of items among them.");

    // Work
    public static readonly Gauge WorkItems = new("service_ordering.work.items", "{item}", "Items that wait for a worker, and that a worker has; each counted up to 100,000.");
    public static readonly Gauge OldestWork = new("service_ordering.work.oldest.age", "s", "For how long the item waits that waits for a worker longest; 0 where none does.");
    public static readonly Gauge UnservedWork = new("service_ordering.work.unserved", "{item}", "Items that wait and that no connected worker takes the kind of; counted up to 100,000.");
    public static readonly Histogram<double> HandoutWait = Histogram("service_ordering.work.handout.wait", "s", "Time from an item's being ready to its being handed to a worker.", Long);
    public static readonly Counter<long> LostLeases = Counter("service_ordering.work.leases.lost", "{lease}", "Leases that ended without their holder's saying so.");
    public static readonly Gauge FalloutItems = new("service_ordering.fallout.items", "{item}", "Items that fell out, in each state.");

    /// <summary>Those that are read from time to time.</summary>
    public static readonly IReadOnlyList<Gauge> Gauges =
    [
        WriteQueueDepth, LogPosition, DatabaseSize, SubscriptionLag, SuspendedSubscriptions, Orders, OrderItems, WorkItems, OldestWork, UnservedWork, FalloutItems,
    ];

    /// <summary>Those that are measured as it happens.</summary>
    public static readonly IReadOnlyList<Instrument> Instruments =
        [CallDuration, WriteQueueWait, CommitDuration, CommitWrites, UnindexedScans, Watchers, DeliveryDuration, HandoutWait, LostLeases];

    private static Histogram<double> Histogram(string name, string unit, string meaning, double[] bounds) =>
        Meter.CreateHistogram(name, unit, meaning, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    private static Counter<long> Counter(string name, string unit, string meaning) => Meter.CreateCounter<long>(name, unit, meaning);
}
