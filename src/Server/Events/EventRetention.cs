using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

/// <summary>Removes what is older than the retention, in steps that are too small for other writes to wait for.</summary>
internal sealed partial class EventRetention(Database database, TimeProvider time, IOptions<EventsOptions> options, ILogger<EventRetention> logger)
    : BackgroundService
{
    private const int StepSize = 200;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Removes all that is too old now.</summary>
    public async Task TrimAsync(CancellationToken cancellationToken)
    {
        // Times in the log are texts of one form, and compare as such.
        var before = TmfDate.Text(TmfDate.Of(time.GetUtcNow() - options.Value.Retention));
        while (await database.WriteAsync(Caller.Server, write => EventLog.TrimAsync(write.Session, before, StepSize), cancellationToken) == StepSize)
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
