using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Security.ApiKeys;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Integrity;
using ServiceOrdering.Transcoding;

namespace ServiceOrdering.Server.Security;

internal static class SecurityModule
{
    public static IServiceCollection AddSecurity(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection("Security");
        services.AddOptions<SecurityOptions>().Bind(section);
        services.AddSingleton<Roles>()
            .AddSingleton<EndpointAccess>()
            .AddSingleton<SecurityAudit>()
            .AddSingleton<PresentedCertificate>()
            .AddSingleton<OpenAccess>()
            .AddHostedService(provider => provider.GetRequiredService<OpenAccess>());
        services.AddAuthentication(IdentityHandler.Name).AddScheme<AuthenticationSchemeOptions, IdentityHandler>(IdentityHandler.Name, null);
        services.AddApiKeys();
        // In the order in which they are looked for; a key may come as a bearer token.
        if (section.GetValue<bool>("ApiKeys:Enabled"))
            services.AddSingleton<ICredentials, ApiKeyCredentials>();
        if (section.GetSection("Bearer").Get<BearerOptions>() is { } bearer)
            services.AddBearer(bearer);
        if (section.GetSection("Certificates").Exists())
            services.AddCertificates();
        services.AddSingleton<IAuthorizationHandler, AccessHandler>().AddSingleton<IAuthorizationMiddlewareResultHandler, Refusals>();
        services.AddLimits(configuration);
        return services.AddAuthorization(options => options.FallbackPolicy = new AuthorizationPolicyBuilder().AddRequirements(new AccessRequirement()).Build());
    }

    public static IEndpointRouteBuilder MapSecurity(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<ApiKeyGrpcService>().WithTmfErrors();
        return routes;
    }

    // Keys are kept, and can be given out, whether or not they are taken.
    private static void AddApiKeys(this IServiceCollection services) => services
        .AddResource(ApiKeyKind.Create())
        .AddSingleton<ApiKeyStore>()
        .AddSingleton<ApiKeyUses>()
        .AddWritingService<ApiKeyUses>()
        .AddSingleton<ApiKeyGrpcService>()
        .AddSingleton(new Reference("api_key_secret", "api_key_id", "api_key"));

    private static void AddBearer(this IServiceCollection services, BearerOptions bearer)
    {
        if (bearer.JwksFile is null)
            services.AddSingleton<ISigningKeys>(provider => ActivatorUtilities.CreateInstance<ProviderKeys>(provider, bearer));
        else
            services.AddSingleton<ISigningKeys>(provider => ActivatorUtilities.CreateInstance<FileKeys>(provider, bearer));
        services.AddSingleton<ICredentials, BearerCredentials>();
    }

    private static void AddCertificates(this IServiceCollection services)
    {
        services.AddSingleton<CertificateAuthorities>().AddSingleton<ICredentials, CertificateCredentials>();
        // TLS asks for one and takes any, which shows that the caller has it: who that is, and whether it is let in, is found out
        // where it can be told so. An endpoint's own ClientCertificateMode goes before this.
        services.Configure<KestrelServerOptions>(kestrel => kestrel.ConfigureHttpsDefaults(https =>
        {
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.AllowAnyClientCertificate();
        }));
    }
}
