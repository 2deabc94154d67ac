using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ServiceOrdering.Server.Storage;

/// <summary>
/// Says whether the database can be read and written, by doing so. However many ask, it is tried once at a time, and what went well
/// is not tried again for a few seconds, unless a request has failed since. A server that only reads is ready for what it is there for,
/// and degraded: probes let calls through, and a person sees that it is not all that a server does.
/// </summary>
internal sealed class StorageCheck(Database database) : IHealthCheck
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Task<HealthCheckResult>? _last;
    private long _succeeded;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        Task<HealthCheckResult> trying;
        lock (_gate)
        {
            var isFresh = _last is { IsCompleted: false } || (_last?.Result.Status is HealthStatus.Healthy && !database.IsFailing && Stopwatch.GetElapsedTime(_succeeded) < Fresh);
            trying = isFresh ? _last! : _last = Task.Run(TryAsync, CancellationToken.None);
        }
        try
        {
            return await trying.WaitAsync(LongestWait, cancellationToken);
        }
        catch (TimeoutException)
        {
            return HealthCheckResult.Unhealthy($"The database has not answered for {LongestWait.TotalSeconds} s.");
        }
    }

    private async Task<HealthCheckResult> TryAsync()
    {
        try
        {
            if (database.IsReadOnly)
            {
                await database.ReadAsync(session => session.FindAsync<long>("select last from event_position"));
                return HealthCheckResult.Degraded("Reads are served, writes are refused (Storage:ReadOnly).");
            }
            await database.ProbeAsync(CancellationToken.None);
            Volatile.Write(ref _succeeded, Stopwatch.GetTimestamp());
            return HealthCheckResult.Healthy("The database takes writes.");
        }
        catch (Exception e)
        {
            return HealthCheckResult.Unhealthy(database.IsReadOnly ? "The database cannot be read." : "The database cannot be written.", e);
        }
    }
}
