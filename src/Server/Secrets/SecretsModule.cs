using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Secrets;

internal static class SecretsModule
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static IServiceCollection AddSecrets(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection("Secrets");
        services.AddOptions<SecretsOptions>().Bind(section);
        var protection = services.AddDataProtection().SetApplicationName("ServiceOrdering");
        Configure(protection, section.Get<SecretsOptions>() ?? new SecretsOptions());
        return services.AddSingleton<SealedSecrets>();
    }

    private static void Configure(IDataProtectionBuilder protection, SecretsOptions options)
    {
        protection.SetDefaultKeyLifetime(options.KeyLifetime);
        if (options.Certificate is { } certificate)
            protection.ProtectKeysWithCertificate(options.Load(certificate));
        if (options.OldCertificates.Length > 0)
            protection.UnprotectKeysWithAnyCertificate([.. options.OldCertificates.Append(options.Certificate!).Select(options.Load)]);
        if (options.KeyDirectory is { } directory)
            protection.PersistKeysToFileSystem(Create(directory));
        protection.Services.AddOptions<KeyManagementOptions>().Configure<Database>((keys, database) =>
        {
            // Nothing is encrypted where nothing is written.
            keys.AutoGenerateKeys = !database.IsReadOnly;
            keys.XmlRepository ??= new DatabaseKeys(database);
        });
    }

    private static DirectoryInfo Create(string directory) =>
        OperatingSystem.IsWindows() ? Directory.CreateDirectory(directory) : Directory.CreateDirectory(directory, OwnerOnly);
}
