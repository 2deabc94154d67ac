using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client;

/// <summary>Reads lists of service orders that are longer than a page.</summary>
public static class ServiceOrderPages
{
    /// <summary>
    /// Reads all orders from the request's offset on, page after page, each at the same cost. Each page is consistent, the
    /// whole is not: of the orders that come, change or go meanwhile some are shown and some are not, but none twice. A
    /// request with a sort order is read by offsets instead, where an order may be shown twice or missed.
    /// </summary>
    /// <param name="orders">The stub, as <see cref="ServiceOrderingClient.ServiceOrders"/> gives it.</param>
    /// <param name="request">What to list. Its limit is the size of a page here (default: 500); it is not changed.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ServiceOrderingException">The server refused a page or cannot be reached.</exception>
    public static IAsyncEnumerable<ServiceOrder> ReadAllServiceOrdersAsync(
        this ServiceOrderService.ServiceOrderServiceClient orders, ListServiceOrdersRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(orders);
        ArgumentNullException.ThrowIfNull(request);
        var first = request.Clone();
        first.Limit = request.HasLimit ? request.Limit : Pages.Size;
        return Pages.ReadAllAsync(ReadAsync, first.Offset, first.Sort.Length > 0, cancellationToken);

        async Task<Page<ServiceOrder>> ReadAsync(int offset, string token, CancellationToken end)
        {
            var page = await orders.ListServiceOrdersAsync(new ListServiceOrdersRequest(first) { Offset = offset, PageToken = token }, cancellationToken: end);
            return new Page<ServiceOrder>(page.ServiceOrders, page.TotalCount, page.NextPageToken);
        }
    }
}
