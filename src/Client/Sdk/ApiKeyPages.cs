using ServiceOrdering.Security.V1;

namespace ServiceOrdering.Client;

/// <summary>Reads lists of keys that are longer than a page.</summary>
public static class ApiKeyPages
{
    /// <summary>
    /// Reads all keys from the request's offset on, page after page, each at the same cost. Each page is consistent, the
    /// whole is not: of those that come, change or go meanwhile some are shown and some are not, but none twice. A request with
    /// a sort order is read by offsets instead, where one may be shown twice or missed.
    /// </summary>
    /// <param name="keys">The stub, as <see cref="ServiceOrderingClient.ApiKeys"/> gives it.</param>
    /// <param name="request">What to list. Its limit is the size of a page here (default: 500); it is not changed.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ServiceOrderingException">The server refused a page or cannot be reached.</exception>
    public static IAsyncEnumerable<ApiKey> ReadAllApiKeysAsync(
        this ApiKeyService.ApiKeyServiceClient keys, ListApiKeysRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(request);
        var first = request.Clone();
        first.Limit = request.HasLimit ? request.Limit : Pages.Size;
        return Pages.ReadAllAsync(ReadAsync, first.Offset, first.Sort.Length > 0, cancellationToken);

        async Task<Page<ApiKey>> ReadAsync(int offset, string token, CancellationToken end)
        {
            var page = await keys.ListApiKeysAsync(new ListApiKeysRequest(first) { Offset = offset, PageToken = token }, cancellationToken: end);
            return new Page<ApiKey>(page.ApiKeys, page.TotalCount, page.NextPageToken);
        }
    }
}
