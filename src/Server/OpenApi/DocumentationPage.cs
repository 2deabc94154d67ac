using System.Security.Cryptography;
using Scalar.AspNetCore;
using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.OpenApi;

/// <summary>
/// The page that shows the documents and sends requests: Scalar, which brings its script along. All of it comes from this server, and the
/// browser is told to ask nobody else.
/// </summary>
internal static class DocumentationPage
{
    private const string Path = "/docs";

    public static void MapDocumentationPage(this IEndpointRouteBuilder routes) => routes.MapScalarApiReference(Path, (options, http) =>
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
        http.Response.Headers.ContentSecurityPolicy = Policy(nonce);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        options.Nonce = nonce;
        options.Title = "ServiceOrdering";
        foreach (var api in DocumentedApi.All)
            options.AddDocument(api.Name, api.Title, $"/openapi/{api.Name}.json", isDefault: api == DocumentedApi.All[0]);
        // What its maker has it offer beside the documents.
        options.Telemetry = false;
        options.DefaultFonts = false;
        options.ProxyUrl = null;
        options.HideClientButton = true;
        options.ShowDeveloperTools = DeveloperToolsVisibility.Never;
        options.Agent = new ScalarAgentOptions { Disabled = true };
        options.CustomCss = "a[href^='https://scalar.com'] { display: none; }";
        options.Mcp = new ScalarMcpOptions { Disabled = true };
    }).WithMetadata(Scopes.Documentation);

    // Its styles are made by its script.
    private static string Policy(string nonce) =>
        $"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}
