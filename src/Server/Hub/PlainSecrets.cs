namespace ServiceOrdering.Server.Hub;

/// <summary>
/// Encrypts the secrets that an earlier version has left in the database as they are: once, when the server starts. Several servers may
/// do so at the same time; until it is done, deliveries take a secret as it stands there.
/// </summary>
internal sealed partial class PlainSecrets(EventSubscriptionStore store, TimeProvider time, ILogger<PlainSecrets> logger) : BackgroundService
{
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                if (await store.SealPlainSecretsAsync() is > 0 and var count)
                    LogEncrypted(count);
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e);
            }
            await Task.Delay(PauseAfterFault, time, stoppingToken);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Count} event subscriptions had a secret that was not encrypted; now it is")]
    private partial void LogEncrypted(int count);

    [LoggerMessage(2, LogLevel.Error, "Secrets that are not encrypted could not be looked for; this is tried again")]
    private partial void LogFailed(Exception cause);
}
