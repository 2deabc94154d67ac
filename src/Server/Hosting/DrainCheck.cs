using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ServiceOrdering.Server.Hosting;

/// <summary>Says that the server takes no new work while it answers what it has accepted.</summary>
internal sealed class DrainCheck(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) => Task.FromResult(
        lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("The server is shutting down.") : HealthCheckResult.Healthy());
}
