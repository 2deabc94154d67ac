using System.Runtime.CompilerServices;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client;

/// <summary>Reads lists of service orders that are longer than a page.</summary>
public static class ServiceOrderPages
{
    private const int PageSize = 500;

    /// <summary>
    /// Reads all orders from the request's offset on, page after page, each at the same cost. Each page is consistent, the
    /// whole is not: of the orders that come, change or go meanwhile some are shown and some are not, but none twice. A
    /// request with a sort order is read by offsets instead, where an order may be shown twice or missed.
    /// </summary>
    /// <param name="orders">The stub, as <see cref="ServiceOrderingClient.ServiceOrders"/> gives it.</param>
    /// <param name="request">What to list. Its limit is the size of a page here (default: 500); it is not changed.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ServiceOrderingException">The server refused a page or cannot be reached.</exception>
    public static async IAsyncEnumerable<ServiceOrder> ReadAllServiceOrdersAsync(
        this ServiceOrderService.ServiceOrderServiceClient orders,
        ListServiceOrdersRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(orders);
        ArgumentNullException.ThrowIfNull(request);
        request = request.Clone();
        if (!request.HasLimit)
        {
            request.Limit = PageSize;
        }

        while (true)
        {
            var page = await orders.ListServiceOrdersAsync(request, cancellationToken: cancellationToken);
            foreach (var order in page.ServiceOrders)
            {
                yield return order;
            }

            var next = request.Offset + page.ServiceOrders.Count;
            if (page.NextPageToken.Length > 0)
            {
                request.PageToken = page.NextPageToken;
                request.Offset = 0;
            }
            else if (request.Sort.Length > 0 && page.ServiceOrders.Count > 0 && next < page.TotalCount)
            {
                request.Offset = next;
            }
            else
            {
                yield break;
            }
        }
    }
}
