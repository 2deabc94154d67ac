using System.Runtime.CompilerServices;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client;

/// <summary>Reads lists of service orders that are longer than a page.</summary>
public static class ServiceOrderPages
{
    private const int PageSize = 500;

    /// <summary>
    /// Reads all orders from the request's offset on, page after page, newest first. Each page is consistent, the whole is
    /// not: an order that is placed meanwhile is not shown, and one that is deleted meanwhile may hide another.
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

        // New orders come in at the front and push those at the end of one page to the front of the next.
        var seen = new HashSet<string>();
        while (true)
        {
            var page = await orders.ListServiceOrdersAsync(request, cancellationToken: cancellationToken);
            foreach (var order in page.ServiceOrders.Where(order => !seen.Contains(order.Id)))
            {
                yield return order;
            }

            request.Offset += page.ServiceOrders.Count;
            if (page.ServiceOrders.Count == 0 || request.Offset >= page.TotalCount)
            {
                yield break;
            }

            seen = [.. page.ServiceOrders.Select(order => order.Id)];
        }
    }
}
