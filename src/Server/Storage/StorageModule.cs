using Microsoft.Extensions.Options;

namespace ServiceOrdering.Server.Storage;

internal static class StorageModule
{
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<StorageOptions>().Bind(configuration.GetSection("Storage"))
            .Validate(options => options.Provider == "sqlite", "Storage:Provider is not known. Allowed: sqlite.")
            .Validate(options => StorageOptions.IsFile(options.ConnectionString),
                "Storage:ConnectionString must name a database file, such as 'Data Source=service-ordering.db'.")
            .ValidateOnStart();
        services.AddHealthChecks().AddCheck<StorageCheck>("storage");
        return services.AddSingleton(provider => new Database(provider.GetRequiredService<IOptions<StorageOptions>>().Value));
    }
}
