using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Resources;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.WebConsole.Orders;

/// <summary>The list of orders, and what is done to all that it is of.</summary>
internal static class OrdersPages
{
    public const int PageSize = 25;

    public static void Map(IEndpointRouteBuilder console)
    {
        console.MapPage("/orders", Methods.ListOrders, ListAsync);
        OrderPages.Map(console);
        NewOrderPages.Map(console);
        JobPages.Map(console);
    }

    private static async Task<IResult> ListAsync(Visit visit)
    {
        // A form sends its empty fields too; the address that is kept and passed on is without.
        if (visit.Http.Request.Query.Any(pair => pair.Value.Count > 0 && pair.Value.All(string.IsNullOrEmpty)))
            return Results.Redirect(visit.Link("/orders", visit.Http.Request.Query.Select(pair => (pair.Key, (string?)pair.Value.ToString()))));
        var services = visit.Http.RequestServices;
        var search = OrderSearch.Of(visit);
        var filter = visit.Query("filter") is { Length: > 0 } written ? written : search.Filter;
        var (page, problem) = await Visit.TryAsync(async () => await visit.Orders.ListServiceOrdersAsync(
            new ListServiceOrdersRequest { Filter = filter, Sort = visit.Query("sort"), Offset = visit.Offset, Limit = PageSize }));
        var inDanger = new Dictionary<string, long>();
        foreach (var danger in OrderSearch.Dangers.Keys)
            inDanger[danger] = (await visit.Orders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Filter = OrderSearch.InDanger(danger).Filter, Limit = 0 })).TotalCount;
        return visit.Show<OrdersPage>(
            new OrdersList
            {
                Page = page ?? new ListServiceOrdersResponse(),
                Problem = problem,
                Counts = await services.GetRequiredService<ResourceTable<ServiceOrder>>().CountByStateAsync(visit.Identity.Sight),
                InDanger = inDanger,
                Fallout = visit.May(Methods.ListFallout) ? (await visit.Fallout.ListFalloutItemsAsync(new ListFalloutItemsRequest { Filter = "state=open", Limit = 0 })).TotalCount : null,
                Search = search,
                Filter = filter,
                Offset = visit.Offset,
                Now = visit.Time.GetUtcNow(),
            },
            problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }
}
