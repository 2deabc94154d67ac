using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ServiceOrdering.Server.Storage;

/// <summary>Says whether the database can be read and written.</summary>
internal sealed class StorageCheck(Database database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        try
        {
            // A write that changes nothing still takes the writer's turn.
            await database.WriteAsync(Caller.Server, write => write.Session.FindAsync<long>("select last from event_position"), cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy("The database cannot be written.", e);
        }
    }
}
