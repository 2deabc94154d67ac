using System.Runtime.CompilerServices;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Client;

/// <summary>Reads lists of services that are longer than a page.</summary>
public static class ServicePages
{
    private const int PageSize = 500;

    /// <summary>
    /// Reads all services that the request's filter lets through, page after page. Each page is consistent, the whole is not:
    /// services that come, change or go meanwhile appear at their place or not at all. In a list with a sort order one may
    /// then appear twice or hide another; newest first, none does.
    /// </summary>
    /// <param name="services">The stub, as <see cref="ServiceOrderingClient.Services"/> gives it.</param>
    /// <param name="request">What to list. Its limit is the size of a page here (default: 500); it is not changed.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ServiceOrderingException">The server refused a page or cannot be reached.</exception>
    public static async IAsyncEnumerable<Service> ReadAllServicesAsync(
        this ServiceService.ServiceServiceClient services,
        ListServicesRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(request);
        request = request.Clone();
        if (!request.HasLimit)
        {
            request.Limit = PageSize;
        }

        while (true)
        {
            var page = await services.ListServicesAsync(request, cancellationToken: cancellationToken);
            foreach (var service in page.Services)
            {
                yield return service;
            }

            request.Offset += page.Services.Count;
            request.PageToken = page.NextPageToken;
            if (request.PageToken.Length > 0)
            {
                request.Offset = 0;
            }
            else if (request.Sort.Length == 0 || page.Services.Count == 0 || request.Offset >= page.TotalCount)
            {
                yield break;
            }
        }
    }
}
