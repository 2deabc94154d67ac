using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>Items of one kind that wait.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Count">How many, <see cref="WorkGauges.MostCounted"/> at most.</param>
/// <param name="Oldest">Since when the oldest of them waits; null where that is not known.</param>
/// <param name="Workers">How many workers that are connected here take them.</param>
internal sealed record WaitingKind(WorkKind Kind, long Count, DateTimeOffset? Oldest, int Workers);

/// <summary>How much waits, and for how long.</summary>
/// <param name="Kinds">By kinds, those that wait longest first.</param>
/// <param name="KnownSince">What waits that is not known by kind has come after this; null where all is known.</param>
/// <param name="Ages">How many have waited for at least as long as each of the ages that were asked for.</param>
internal sealed record WaitingWork(IReadOnlyList<WaitingKind> Kinds, DateTimeOffset? KnownSince, IReadOnlyList<long> Ages);

/// <summary>The queue for people who look at it as a whole; each question costs the same however many items wait.</summary>
internal sealed class WorkOverview(Database database, WorkDispatcher dispatcher, TimeProvider time)
{
    // Of more it is not found out which kinds they are of.
    private const int MostOldest = 10_000;

    internal static readonly string Counts =
        $"""
        {WorkTable.Kinds}
        select kind as Kind, (select count(*) from (select 1 from work where state = 'waiting' and work.kind = kinds.kind limit {WorkGauges.MostCounted}) waiting) as Count
        from kinds where kind is not null limit 1000
        """;

    internal static readonly string Oldest =
        $"""
        select kind as Kind, min(since) as Oldest, max(since) as Newest, count(*) as Count
        from (select kind, since from work where state = 'waiting' order by since limit {MostOldest}) oldest group by kind
        """;

    internal static readonly string Aged = $"select count(*) from (select 1 from work where state = 'waiting' and since <= @since limit {WorkGauges.MostCounted}) aged";

    /// <summary>What waits for workers.</summary>
    public ValueTask<WaitingWork> WaitingAsync(IReadOnlyList<TimeSpan> ages, CancellationToken cancellationToken) => database.ScanAsync(
        async session =>
        {
            var oldest = (await session.ListAsync<(string Kind, long Oldest, long Newest, long Count)>(Oldest)).ToDictionary(row => row.Kind);
            var takers = dispatcher.Takers;
            var kinds = new List<WaitingKind>();
            foreach (var (text, count) in await session.ListAsync<(string Kind, long Count)>(Counts))
            {
                var kind = WorkKind.Parse(text);
                DateTimeOffset? since = oldest.TryGetValue(text, out var row) ? DateTimeOffset.FromUnixTimeMilliseconds(row.Oldest) : null;
                kinds.Add(new WaitingKind(kind, count, since, takers.Count(taker => kind.IsIn(taker.Capabilities))));
            }
            var aged = new List<long>();
            foreach (var age in ages)
                aged.Add(await session.FindAsync<long>(Aged, Parameters.Of("since", (time.GetUtcNow() - age).ToUnixTimeMilliseconds())));
            DateTimeOffset? known = oldest.Values.Sum(row => row.Count) < MostOldest ? null : DateTimeOffset.FromUnixTimeMilliseconds(oldest.Values.Max(row => row.Newest));
            return new WaitingWork([.. kinds.OrderBy(kind => kind.Oldest ?? DateTimeOffset.MaxValue)], known, aged);
        },
        cancellationToken);

    /// <summary>The first items that stand somewhere: those that wait in the order in which they are handed out, others by when their time comes.</summary>
    /// <param name="state">Where: waiting, leased or delayed.</param>
    /// <param name="kind">Of this kind of those that wait; null for any.</param>
    /// <param name="limit">How many at most.</param>
    public async ValueTask<IReadOnlyList<WorkItem>> FirstAsync(WorkItemState state, WorkKind? kind, int limit)
    {
        var rows = await database.ReadAsync(session => state == WorkItemState.Waiting
            ? WorkTable.WaitingAsync(session, kind?.ToString(), limit)
            : WorkTable.ByDueAsync(session, state == WorkItemState.Leased ? "leased" : "delayed", limit));
        var takers = dispatcher.Takers;
        return rows.ConvertAll(row => FulfillmentGrpcService.Show(row, takers));
    }

    /// <summary>How many items are in work, <see cref="WorkGauges.MostCounted"/> at most.</summary>
    public ValueTask<long> LeasedAsync() =>
        database.ReadAsync(session => session.FindAsync<long>($"select count(*) from (select 1 from work where state = 'leased' limit {WorkGauges.MostCounted}) leased"));

    /// <summary>How many items fell out, by what became of them.</summary>
    public async ValueTask<IReadOnlyDictionary<string, long>> FalloutAsync() =>
        (await database.ReadAsync(session => session.ListAsync<(string State, long Total)>(WorkGauges.Fallout))).ToDictionary(row => row.State, row => row.Total);
}
