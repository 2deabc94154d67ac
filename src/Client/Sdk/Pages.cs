using System.Runtime.CompilerServices;

namespace ServiceOrdering.Client;

/// <summary>One page of a list: what it has, how much there is in all where that was counted, and what gives the next page.</summary>
internal sealed record Page<T>(IReadOnlyCollection<T> Items, long TotalCount, string NextPageToken);

/// <summary>Reads lists page after page.</summary>
internal static class Pages
{
    /// <summary>How many are read at a time where the request does not say.</summary>
    public const int Size = 500;

    /// <summary>Reads all that there is: by tokens, or by offsets where the list has a sort order.</summary>
    /// <param name="read">Reads a page at an offset, or by a token.</param>
    /// <param name="offset">Where the first page begins.</param>
    /// <param name="isSorted">Whether the list has a sort order.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async IAsyncEnumerable<T> ReadAllAsync<T>(
        Func<int, string, CancellationToken, Task<Page<T>>> read, int offset, bool isSorted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var token = "";
        while (true)
        {
            var page = await read(token.Length > 0 ? 0 : offset, token, cancellationToken);
            foreach (var item in page.Items)
            {
                yield return item;
            }

            token = page.NextPageToken;
            offset += page.Items.Count;
            if (token.Length == 0 && (!isSorted || page.Items.Count == 0 || offset >= page.TotalCount))
            {
                yield break;
            }
        }
    }
}
