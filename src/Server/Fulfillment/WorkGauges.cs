using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>How much waits for workers and for people.</summary>
internal sealed class WorkGauges(Database database, TimeProvider time) : IGaugeReader
{
    /// <summary>To count further would take longer than anybody wants to know it.</summary>
    public const int MostCounted = 100_000;

    internal static readonly string Work =
        $"""
        select
            (select count(*) from (select 1 from work where state = 'waiting' limit {MostCounted}) waiting) as Waiting,
            (select count(*) from (select 1 from work where state = 'leased' limit {MostCounted}) leased) as Leased,
            (select min(since) from work where state = 'waiting') as Oldest
        """;

    internal const string Fallout = "select state, total from resource_count where resource = 'falloutItem'";

    public async ValueTask ReadAsync(GaugeValues values)
    {
        var (waiting, leased, oldest) = await database.ReadAsync(session => session.FindAsync<(long Waiting, long Leased, long? Oldest)>(Work));
        values.Add(Metrics.WorkItems, waiting, "state", "waiting");
        values.Add(Metrics.WorkItems, leased, "state", "leased");
        values.Add(Metrics.OldestWork, oldest is { } since ? Math.Max(0, (time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(since)).TotalSeconds) : 0);
        foreach (var (state, total) in await database.ReadAsync(session => session.ListAsync<(string State, long Total)>(Fallout)))
            values.Add(Metrics.FalloutItems, total, "state", state);
    }
}
