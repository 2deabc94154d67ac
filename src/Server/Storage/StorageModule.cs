using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Storage.Integrity;
using ServiceOrdering.Server.Storage.Postgres;
using ServiceOrdering.Server.Storage.Sqlite;
using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.Storage;

internal static class StorageModule
{
    private const string Sqlite = "sqlite";
    private const string Postgres = "postgres";

    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<StorageOptions>().Bind(configuration.GetSection("Storage"));
        services.AddSingleton<StorageCheck>().AddHealthChecks().AddCheck<StorageCheck>("storage");
        services.AddPostgresTelemetry().AddSingleton<IGaugeReader, StorageGauges>();
        services.AddSingleton<IIntegrityCheck, ReferenceCheck>();
        services.AddSingleton<Leases>().AddWritingService<Leases>();
        services.AddSingleton<DueWork>().AddWritingService<DueWork>();
        return services.AddSingleton<Database>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<StorageOptions>>().Value;
            var time = provider.GetRequiredService<TimeProvider>();
            return options.IsPostgres
                ? new PostgresDatabase(options, time, provider.GetRequiredService<ILogger<PostgresDatabase>>())
                : new SqliteDatabase(options, time, provider.GetRequiredService<ILogger<SqliteDatabase>>());
        });
    }

    /// <summary>Runs a service that writes with the server; not where the server only reads.</summary>
    public static IServiceCollection AddWritingService<T>(this IServiceCollection services)
        where T : class, IHostedService => services.AddSingleton<IHostedService>(provider =>
            provider.GetRequiredService<Database>().IsReadOnly ? new NothingToWrite() : provider.GetRequiredService<T>());

    private sealed class NothingToWrite : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
