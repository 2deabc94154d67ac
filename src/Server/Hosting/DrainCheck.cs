using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ServiceOrdering.Server.Hosting;

/// <summary>Whether the server is to get calls: not while it is shutting down.</summary>
internal sealed class DrainCheck(Draining draining) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) => Task.FromResult(
        draining.IsBegun ? HealthCheckResult.Unhealthy("The server is shutting down.") : HealthCheckResult.Healthy("The server takes calls."));
}

/// <summary>Whether everything is up. The database was brought to this version's schema before the server listened.</summary>
internal sealed class StartCheck(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) => Task.FromResult(
        lifetime.ApplicationStarted.IsCancellationRequested
            ? HealthCheckResult.Healthy("The server has started, and the database has the schema of its version.")
            : HealthCheckResult.Unhealthy("The server is starting."));
}
