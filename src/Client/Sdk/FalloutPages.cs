using ServiceOrdering.Fulfillment.V1;

namespace ServiceOrdering.Client;

/// <summary>Reads lists of items that fell out that are longer than a page.</summary>
public static class FalloutPages
{
    /// <summary>
    /// Reads all items that fell out from the request's offset on, page after page, each at the same cost. Each page is consistent, the
    /// whole is not: of those that come, change or go meanwhile some are shown and some are not, but none twice. A request with
    /// a sort order is read by offsets instead, where one may be shown twice or missed.
    /// </summary>
    /// <param name="fallout">The stub, as <see cref="ServiceOrderingClient.Fallout"/> gives it.</param>
    /// <param name="request">What to list. Its limit is the size of a page here (default: 500); it is not changed.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ServiceOrderingException">The server refused a page or cannot be reached.</exception>
    public static IAsyncEnumerable<FalloutItem> ReadAllFalloutItemsAsync(
        this FalloutService.FalloutServiceClient fallout, ListFalloutItemsRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fallout);
        ArgumentNullException.ThrowIfNull(request);
        var first = request.Clone();
        first.Limit = request.HasLimit ? request.Limit : Pages.Size;
        return Pages.ReadAllAsync(ReadAsync, first.Offset, first.Sort.Length > 0, cancellationToken);

        async Task<Page<FalloutItem>> ReadAsync(int offset, string token, CancellationToken end)
        {
            var page = await fallout.ListFalloutItemsAsync(new ListFalloutItemsRequest(first) { Offset = offset, PageToken = token }, cancellationToken: end);
            return new Page<FalloutItem>(page.FalloutItems, page.TotalCount, page.NextPageToken);
        }
    }
}
