using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ServiceOrdering.Server.Storage;

/// <summary>Says whether the database can be read.</summary>
internal sealed class StorageCheck(Database database) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        try
        {
            database.Read(session => session.Prepare("select count(*) from schema_migration").ReadFirst(row => row.Integer(0)));
            return Task.FromResult(HealthCheckResult.Healthy());
        }
        catch (Exception e)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy("The database cannot be read.", e));
        }
    }
}
