using Grpc.Core;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.WebConsole;

/// <summary>An entry of the navigation.</summary>
internal sealed record NavigationEntry(string Path, string Title, bool IsCurrent);

/// <summary>The pages that there are for somebody.</summary>
internal static class Navigation
{
    private static readonly (string Path, string Title, string Method)[] Pages =
    [
        ("/orders", "Orders", Methods.ListOrders),
        ("/work", "Work", Methods.ListWork),
        ("/fallout", "Fallout", Methods.ListFallout),
        ("/services", "Inventory", Methods.ListServices),
        ("/events", "Events", Methods.WatchEvents),
        ("/webhooks", "Webhooks", Methods.ListSubscriptions),
    ];

    /// <summary>Maps the console's address itself: it leads to the first page that there is for whoever comes.</summary>
    public static void Map(IEndpointRouteBuilder console) => console.MapGet("", ConsoleRoutes.Answer(visit =>
    {
        if (visit.Http.Features.Get<Identity>() is null)
            throw visit.Http.Features.Get<RpcException>() ?? ApiErrors.CredentialsMissing();
        return Task.FromResult(Results.Redirect(visit.Link(Of(visit) is [var first, ..] ? first.Path : throw visit.Refusal(Pages[0].Method)!)));
    })).AllowAnonymous();

    public static List<NavigationEntry> Of(Visit visit) => visit.Http.Features.Get<Identity>() is null
        ? []
        : [.. Pages.Where(page => visit.May(page.Method)).Select(page => new NavigationEntry(
            page.Path, page.Title, visit.Http.Request.Path.StartsWithSegments(ConsoleRoutes.Root + page.Path))), .. System(visit)];

    // It is of no method.
    private static IEnumerable<NavigationEntry> System(Visit visit) => visit.May(Scopes.System)
        ? [new NavigationEntry("/system", "System", visit.Http.Request.Path.StartsWithSegments(ConsoleRoutes.Root + "/system"))]
        : [];
}
