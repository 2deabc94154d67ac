using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.Storage;

/// <summary>What waits for the database, how far its log is, how large it is.</summary>
internal sealed class StorageGauges(Database database) : IGaugeReader
{
    public async ValueTask ReadAsync(GaugeValues values)
    {
        values.Add(Metrics.WriteQueueDepth, database.WaitingWrites);
        values.Add(Metrics.LogPosition, await database.ReadAsync(session => session.FindAsync<long>("select last from event_position")));
        values.Add(Metrics.DatabaseSize, await database.SizeAsync());
    }
}
