using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Client;

/// <summary>Reads lists of services that are longer than a page.</summary>
public static class ServicePages
{
    /// <summary>
    /// Reads all services that the request's filter lets through, page after page. Each page is consistent, the whole is not:
    /// services that come, change or go meanwhile appear at their place or not at all. In a list with a sort order one may
    /// then appear twice or hide another; newest first, none does.
    /// </summary>
    /// <param name="services">The stub, as <see cref="ServiceOrderingClient.Services"/> gives it.</param>
    /// <param name="request">What to list. Its limit is the size of a page here (default: 500); it is not changed.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ServiceOrderingException">The server refused a page or cannot be reached.</exception>
    public static IAsyncEnumerable<Service> ReadAllServicesAsync(
        this ServiceService.ServiceServiceClient services, ListServicesRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(request);
        var first = request.Clone();
        first.Limit = request.HasLimit ? request.Limit : Pages.Size;
        return Pages.ReadAllAsync(ReadAsync, first.Offset, first.Sort.Length > 0, cancellationToken);

        async Task<Page<Service>> ReadAsync(int offset, string token, CancellationToken end)
        {
            var page = await services.ListServicesAsync(new ListServicesRequest(first) { Offset = offset, PageToken = token }, cancellationToken: end);
            return new Page<Service>(page.Services, page.TotalCount, page.NextPageToken);
        }
    }
}
