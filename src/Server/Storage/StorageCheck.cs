using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ServiceOrdering.Server.Storage;

/// <summary>
/// Says whether the database can be read and written. A server that only reads is ready for what it is there for, and
/// degraded: probes let calls through, and a person sees that it is not all that a server does.
/// </summary>
internal sealed class StorageCheck(Database database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        try
        {
            if (database.IsReadOnly)
            {
                await database.ReadAsync(session => session.FindAsync<long>("select last from event_position"));
                return HealthCheckResult.Degraded("Reads are served, writes are refused (Storage:ReadOnly).");
            }
            await database.ProbeAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy(database.IsReadOnly ? "The database cannot be read." : "The database cannot be written.", e);
        }
    }
}
