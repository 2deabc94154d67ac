using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace ServiceOrdering.Server.Security;

internal static class SecurityModule
{
    public static IServiceCollection AddSecurity(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection("Security");
        services.AddOptions<SecurityOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SecurityOptions>, SecurityOptionsValidation>().AddSingleton<Roles>().AddSingleton<EndpointAccess>();
        var authentication = services.AddAuthentication(IdentityHandler.Name).AddScheme<AuthenticationSchemeOptions, IdentityHandler>(IdentityHandler.Name, null);
        if (section.GetSection("Bearer").Get<BearerOptions>() is { } bearer && bearer.Problem() is null)
        {
            authentication.AddJwtBearer(options => Configure(options, bearer));
            services.AddSingleton<ICredentials, BearerCredentials>();
        }
        services.AddSingleton<IAuthorizationHandler, AccessHandler>().AddSingleton<IAuthorizationMiddlewareResultHandler, Refusals>();
        return services.AddAuthorization(options => options.FallbackPolicy = new AuthorizationPolicyBuilder().AddRequirements(new AccessRequirement()).Build());
    }

    private static void Configure(JwtBearerOptions options, BearerOptions bearer)
    {
        options.MapInboundClaims = false;
        options.RequireHttpsMetadata = !bearer.AllowHttp;
        if (bearer.Authority is not null)
            options.Authority = bearer.Authority;
        options.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAlgorithms = bearer.EffectiveAlgorithms,
            ValidAudience = bearer.Audience,
            ValidIssuer = bearer.Issuer,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = TimeSpan.FromSeconds(30),
            IssuerSigningKeys = bearer.JwksFile is { } file ? new JsonWebKeySet(File.ReadAllText(file)).GetSigningKeys() : null,
        };
    }

    private sealed class SecurityOptionsValidation : IValidateOptions<SecurityOptions>
    {
        public ValidateOptionsResult Validate(string? name, SecurityOptions options) =>
            options.Problem() is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
    }
}
