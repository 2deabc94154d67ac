using System.Text.Json;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.Jeopardy;

/// <summary>How many items wait that no worker takes, as far as this server knows: it sees its own workers, and reads when others saw theirs last.</summary>
internal sealed class UnservedGauge(Database database, WorkDispatcher dispatcher, IOptions<JeopardyOptions> options, TimeProvider time) : IGaugeReader
{
    internal const string Kinds =
        $"""
        {WorkTable.Kinds}
        select kinds.kind from kinds left join work_kind on work_kind.kind = kinds.kind
        where kinds.kind is not null and coalesce(work_kind.served, 0) <= @until limit 1000
        """;

    public async ValueTask ReadAsync(GaugeValues values)
    {
        var until = (time.GetUtcNow() - options.Value.NoWorkerAfter).ToUnixTimeMilliseconds();
        var kinds = await database.ReadAsync(session => session.ListAsync<string>(Kinds, Parameters.Of("until", until)));
        var takers = dispatcher.Takers;
        kinds.RemoveAll(kind => takers.Any(taker => WorkKind.Parse(kind).IsIn(taker.Capabilities)));
        var count = kinds.Count == 0 ? 0 : await database.ReadAsync(session => session.FindAsync<long>(Items(session), Parameters.Of("kinds", JsonSerializer.Serialize(kinds))));
        values.Add(Metrics.UnservedWork, Math.Min(count, WorkGauges.MostCounted));
    }

    internal static string Items(Session session) =>
        $"""
        select cast(coalesce(sum((select count(*) from (select 1 from work where state = 'waiting' and kind = value limit {WorkGauges.MostCounted}) waiting)), 0) as bigint)
        from ({session.Each("@kinds")}) kinds
        """;
}
