using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Security;

namespace ServiceOrdering.Server.WebConsole;

/// <summary>
/// A browser's session: a sealed cookie that holds the credentials that somebody has signed in with. With each request they come as if the
/// browser had sent them itself: what ends them ends the session, and nothing in the server remembers it.
/// </summary>
internal static class Session
{
    /// <summary>The scheme that keeps the cookie.</summary>
    public const string Scheme = "Console";

    /// <summary>The scheme that signs in at a provider.</summary>
    public const string Provider = "ConsoleOpenIdConnect";

    private const string Token = "access_token";

    public static void AddSessions(this IServiceCollection services, IConfiguration configuration)
    {
        var console = configuration.GetSection("Console").Get<ConsoleOptions>() ?? new ConsoleOptions();
        var authentication = services.AddAuthentication().AddCookie(Scheme);
        services.AddOptions<CookieAuthenticationOptions>(Scheme).Configure<PathBase, IOptions<ConsoleOptions>>((cookie, pathBase, options) =>
        {
            cookie.Cookie.Name = "service-ordering-console";
            // The APIs never get it, so no page can use them by it.
            cookie.Cookie.Path = pathBase.Value + ConsoleRoutes.Root;
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = options.Value.SessionTimeout;
            cookie.SlidingExpiration = true;
        });
        if (console.OpenIdConnect is not { } provider)
            return;
        var authority = provider.Authority ?? configuration["Security:Bearer:Authority"] ?? throw new OptionsValidationException(
            "Console", typeof(ConsoleOptions), ["Console:OpenIdConnect:Authority is missing: the provider's address. Security:Bearer:Authority would count in its place, and is not there either."]);
        authentication.AddOpenIdConnect(Provider, options =>
        {
            options.Authority = authority;
            options.ClientId = provider.ClientId;
            options.ClientSecret = provider.ClientSecret;
            options.Resource = provider.Resource;
            options.RequireHttpsMetadata = !configuration.GetValue<bool>("Security:Bearer:AllowHttp");
            options.ResponseType = "code";
            options.ResponseMode = "query";
            options.UsePkce = true;
            options.SaveTokens = true;
            options.GetClaimsFromUserInfoEndpoint = false;
            options.SignInScheme = Scheme;
            options.CallbackPath = ConsoleRoutes.Root + "/sign-in/provider/callback";
            options.Scope.Clear();
            options.Scope.Add("openid");
            foreach (var scope in provider.Scopes)
                options.Scope.Add(scope);
        });
    }

    /// <summary>Puts the credentials of whoever is signed in where every other client has them.</summary>
    public static async Task BringAsync(HttpContext http)
    {
        if (http.Request.Headers.Authorization.Count > 0)
            return;
        if (await http.AuthenticateAsync(Scheme) is { Succeeded: true } session && session.Properties.GetTokenValue(Token) is { } token)
        {
            http.Request.Headers.Authorization = $"Bearer {token}";
            http.Features.Set(new SignedIn());
        }
    }

    /// <summary>Whether the request's credentials are those of a session.</summary>
    public static bool IsSignedIn(HttpContext http) => http.Features.Get<SignedIn>() is not null;

    /// <summary>Begins a session, where the credentials are good.</summary>
    /// <returns>Why they are not; null where the session has begun.</returns>
    public static async Task<string?> BeginAsync(HttpContext http, string credentials)
    {
        http.Request.Headers.Authorization = $"Bearer {credentials}";
        foreach (var kind in http.RequestServices.GetServices<ICredentials>())
        {
            if (await kind.AuthenticateAsync(http) is not { } found)
                continue;
            if (found.Refusal is { } refusal)
                return refusal.Status.Detail;
            var properties = new AuthenticationProperties();
            properties.StoreTokens([new AuthenticationToken { Name = Token, Value = credentials }]);
            await http.SignInAsync(Scheme, found.Principal!, properties);
            return null;
        }
        return "The credentials are of a kind that this server does not take.";
    }

    private sealed class SignedIn;
}
