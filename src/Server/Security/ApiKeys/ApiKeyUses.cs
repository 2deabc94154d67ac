using System.Collections.Concurrent;
using ServiceOrdering.Server.Errors;

namespace ServiceOrdering.Server.Security.ApiKeys;

/// <summary>Remembers when keys were used, and writes it once a minute, beside the requests.</summary>
internal sealed partial class ApiKeyUses(ApiKeyStore store, TimeProvider time, ErrorLogLimit limit, ILogger<ApiKeyUses> logger) : BackgroundService
{
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromMinutes(1);

    // Only keys that are there come here, so that they are as few as those.
    private ConcurrentDictionary<string, DateTimeOffset> _uses = new();

    public void Note(string id) => _uses[id] = time.GetUtcNow();

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(BetweenWrites, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await WriteAsync(stoppingToken);
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var uses = Interlocked.Exchange(ref _uses, new());
        if (uses.IsEmpty)
            return;
        try
        {
            await store.UsedAsync([.. uses], cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (limit.Admit(nameof(ApiKeyUses)) is { } leftOut)
                LogFailed(e, leftOut);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "When keys were used last could not be written; {LeftOut} like it were left out of the log")]
    private partial void LogFailed(Exception cause, int leftOut);
}
