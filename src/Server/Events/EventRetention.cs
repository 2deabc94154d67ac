using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

/// <summary>Removes what is older than the retention, in steps that are too small for other writes to wait for.</summary>
internal sealed partial class EventRetention(Database database, Leases leases, TimeProvider time, IOptions<EventsOptions> options, ILogger<EventRetention> logger)
    : BackgroundService
{
    private const int StepSize = 200;
    private const string LeaseName = "event retention";
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private Lease? _lease;

    /// <summary>Removes all that is too old now, unless another server does.</summary>
    public async Task TrimAsync(CancellationToken cancellationToken)
    {
        if (_lease is null or { IsLost: true })
            _lease = (await leases.TakeAsync([LeaseName], cancellationToken)).SingleOrDefault();
        if (_lease is not { } lease)
            return;
        // Times in the log are texts of one form, and compare as such.
        var before = TmfDate.Text(TmfDate.Of(time.GetUtcNow() - options.Value.Retention));
        while (await database.WriteAsync(Caller.Server, write => EventLog.TrimAsync(write, lease, before, StepSize), cancellationToken) == StepSize)
        {
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await TrimAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "Old events could not be removed; this is tried again in a minute")]
    private partial void LogFailed(Exception cause);
}
