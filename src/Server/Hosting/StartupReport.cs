using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Hosting;

/// <summary>Says once, when everything is up, where the server listens and which database it uses.</summary>
internal sealed partial class StartupReport(
    IHostApplicationLifetime lifetime, ListeningEndpoints endpoints, Database database, UnknownSettings unknown, ILogger<StartupReport> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var told in unknown.Told)
            LogUnknown(told);
        lifetime.ApplicationStarted.Register(() =>
        {
            LogStarted(endpoints.AddressOf("Rest"), endpoints.AddressOf("Grpc") ?? endpoints.AddressOf("Rest"), database.Location);
            if (database.IsReadOnly)
                LogReadOnly();
        });
        lifetime.ApplicationStopping.Register(LogStopping);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Information, "Listening on REST {Rest}, gRPC {Grpc}; database {Location}")]
    private partial void LogStarted(string? rest, string? grpc, string location);

    [LoggerMessage(3, LogLevel.Warning, "Storage:ReadOnly: writes are refused, nothing is delivered to subscribers, and no old event is removed")]
    private partial void LogReadOnly();

    [LoggerMessage(4, LogLevel.Warning, "Configuration: {Told}")]
    private partial void LogUnknown(string told);

    [LoggerMessage(2, LogLevel.Information, "Stopping: answering what was accepted")]
    private partial void LogStopping();
}
