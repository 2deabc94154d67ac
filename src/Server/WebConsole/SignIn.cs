using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Security;

namespace ServiceOrdering.Server.WebConsole;

/// <summary>What the page to sign in on shows.</summary>
/// <param name="Return">Where to go then.</param>
/// <param name="Provider">The provider to sign in at; null for none.</param>
/// <param name="TakesKeys">Whether a key or a token may be given.</param>
/// <param name="Problem">Why it did not work; null before it was tried.</param>
internal sealed record SignIn(string Return, string? Provider, bool TakesKeys, string? Problem)
{
    private const int LongestCredentials = 16 * 1024;

    public static SignIn Of(Visit visit, string? problem, string? address = null)
    {
        var services = visit.Http.RequestServices;
        var provider = services.GetRequiredService<IOptions<ConsoleOptions>>().Value.OpenIdConnect;
        var request = visit.Http.Request;
        return new SignIn(
            visit.LocalAddress(address ?? (HttpMethods.IsGet(request.Method) ? request.PathBase + request.Path + request.QueryString : "")),
            provider is null ? null : provider.Name ?? Host(provider.Authority ?? services.GetRequiredService<IConfiguration>()["Security:Bearer:Authority"]),
            services.GetServices<ICredentials>().Any(),
            problem);
    }

    public static void Map(IEndpointRouteBuilder console)
    {
        console.MapGet("/sign-in", ConsoleRoutes.Answer(visit => Task.FromResult(visit.Show<SignInPage>(Of(visit, null, visit.Query("return")))))).AllowAnonymous();
        console.MapPost("/sign-in", ConsoleRoutes.Answer(BeginAsync)).AllowAnonymous();
        console.MapPost("/sign-out", ConsoleRoutes.Answer(EndAsync)).AllowAnonymous();
        if (console.ServiceProvider.GetRequiredService<IOptions<ConsoleOptions>>().Value.OpenIdConnect is not null)
            console.MapGet("/sign-in/provider", http => http.ChallengeAsync(Session.Provider, new AuthenticationProperties { RedirectUri = new Visit(http).LocalAddress(http.Request.Query["return"].ToString()) })).AllowAnonymous();
    }

    private static async Task<IResult> BeginAsync(Visit visit, IFormCollection form)
    {
        var credentials = form["credentials"].ToString().Trim();
        var problem = credentials.Length is 0 or > LongestCredentials || credentials.Any(c => c is <= ' ' or > '~')
            ? "Give a key or a token: one word of plain characters."
            : await Session.BeginAsync(visit.Http, credentials);
        return problem is null
            ? visit.Done(null, Notices.SignedIn)
            : visit.Show<SignInPage>(Of(visit, problem, visit.ReturnAddress), StatusCodes.Status401Unauthorized);
    }

    private static async Task<IResult> EndAsync(Visit visit, IFormCollection form)
    {
        await visit.Http.SignOutAsync(Session.Scheme);
        return visit.Done("/sign-in", Notices.SignedOut);
    }

    private static string Host(string? authority) => Uri.TryCreate(authority, UriKind.Absolute, out var uri) ? uri.Host : "the provider";
}
