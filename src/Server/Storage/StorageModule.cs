using Microsoft.Extensions.Options;
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
        services.AddOptions<StorageOptions>().Bind(configuration.GetSection("Storage")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidation>();
        services.AddSingleton<StorageCheck>().AddHealthChecks().AddCheck<StorageCheck>("storage");
        services.AddPostgresTelemetry().AddSingleton<IGaugeReader, StorageGauges>();
        services.AddSingleton<Leases>().AddWritingService<Leases>();
        services.AddSingleton<DueWork>().AddWritingService<DueWork>();
        return services.AddSingleton<Database>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<StorageOptions>>().Value;
            var time = provider.GetRequiredService<TimeProvider>();
            return options.Provider == Postgres
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

    private sealed class StorageOptionsValidation : IValidateOptions<StorageOptions>
    {
        public ValidateOptionsResult Validate(string? name, StorageOptions options) =>
            options.Provider is not (Sqlite or Postgres) ? ValidateOptionsResult.Fail($"Storage:Provider '{options.Provider}' is not known. Allowed: {Sqlite}, {Postgres}.")
            : options.LeaseDuration < TimeSpan.FromSeconds(1) ? ValidateOptionsResult.Fail("Storage:LeaseDuration must be at least 00:00:01, such as 00:00:10.")
            : options.Patience < TimeSpan.FromSeconds(1) ? ValidateOptionsResult.Fail("Storage:Patience must be at least 00:00:01, such as 00:00:10.")
            : options.ScanTimeLimit < TimeSpan.FromSeconds(0.1) || options.ScanTimeLimit > TimeSpan.FromHours(1) ? ValidateOptionsResult.Fail("Storage:ScanTimeLimit must be from 00:00:00.1 to 01:00:00, such as 00:00:10.")
            : options.LargestLog < 64 << 20 ? ValidateOptionsResult.Fail("Storage:LargestLog must be at least 67108864 bytes, such as 1073741824.")
            : Problem(options) is { } problem ? ValidateOptionsResult.Fail(problem)
            : ValidateOptionsResult.Success;

        private static string? Problem(StorageOptions options) =>
            options.Provider == Postgres ? PostgresDatabase.Problem(options.ConnectionString) : SqliteDatabase.Problem(options.ConnectionString);
    }
}
