using Microsoft.Net.Http.Headers;
using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.OpenApi;

internal static class OpenApiModule
{
    public static IServiceCollection AddOpenApiDocuments(this IServiceCollection services) => services.AddSingleton<OpenApiDocuments>();

    /// <summary>
    /// Serves the documents under <c>/openapi</c>, and the page that shows them under <c>/docs</c>. Whoever asks needs
    /// the scope for it, which everybody has where nobody is asked who they are; what the page sends needs credentials like any request.
    /// </summary>
    public static IEndpointRouteBuilder MapOpenApiDocuments(this WebApplication routes)
    {
        if (!routes.Configuration.GetValue("OpenApi:Enabled", true))
            return routes;
        routes.MapMethods("/openapi/{api}.json", [HttpMethods.Get, HttpMethods.Head], async (string api, HttpResponse response, OpenApiDocuments documents) =>
        {
            if (await documents.FindAsync(api) is not { } document)
                return Results.NotFound();
            response.Headers.CacheControl = "no-cache";
            return Results.Bytes(document.Json, "application/json", entityTag: EntityTagHeaderValue.Parse(document.ETag));
        }).WithMetadata(Scopes.Documentation);
        routes.MapDocumentationPage();
        return routes;
    }
}
