using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Storage.Sqlite;

namespace ServiceOrdering.Server.Storage;

internal static class StorageModule
{
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<StorageOptions>().Bind(configuration.GetSection("Storage")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidation>();
        services.AddHealthChecks().AddCheck<StorageCheck>("storage");
        return services.AddSingleton<Database>(provider => new SqliteDatabase(
            provider.GetRequiredService<IOptions<StorageOptions>>().Value, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SqliteDatabase>>()));
    }

    private sealed class StorageOptionsValidation : IValidateOptions<StorageOptions>
    {
        public ValidateOptionsResult Validate(string? name, StorageOptions options) =>
            options.Provider != "sqlite" ? ValidateOptionsResult.Fail("Storage:Provider is not known. Allowed: sqlite.")
            : SqliteDatabase.Problem(options.ConnectionString) is { } problem ? ValidateOptionsResult.Fail(problem)
            : ValidateOptionsResult.Success;
    }
}
