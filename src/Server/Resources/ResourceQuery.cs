using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Resources;

/// <summary>Which page of a collection is asked for.</summary>
/// <param name="Sight">How much of it who asks sees.</param>
/// <param name="Filter">Which resources.</param>
/// <param name="Sort">By what they are sorted; null is newest first.</param>
/// <param name="Offset">How many are skipped.</param>
/// <param name="Limit">How many are returned at most.</param>
/// <param name="After">The place that the page starts behind; null is the beginning.</param>
/// <param name="Fingerprint">What a page token must agree with.</param>
internal sealed record ResourceQuery(Sight Sight, Filter Filter, SortOrder? Sort, int Offset, int Limit, PagePlace? After, string Fingerprint)
{
    public const int DefaultLimit = 100;
    public const int LargestLimit = 1000;

    /// <summary>Reads the parameters that every list has; all problems at once.</summary>
    public static ResourceQuery Check(Sight sight, ResourceSchema schema, UnknownAttributes unknown, string filter, string sort, int offset, int? limit, string pageToken)
    {
        var violations = new List<FieldViolation>();
        var parsedFilter = QueryErrors.Catch("filter", violations, Filter.All, () => FilterQuery.Parse(filter, schema, unknown));
        var parsedSort = QueryErrors.Catch<SortOrder?>("sort", violations, null, () => sort.Length == 0 ? null : SortOrder.Parse(sort, schema));
        if (offset < 0)
            Refuse("offset", $"'offset' is {offset}; allowed is 0 or more.");
        if (limit < 0)
            Refuse("limit", $"'limit' is {limit}; allowed is 0 to {LargestLimit}.");

        var fingerprint = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(filter)).AsSpan(0, 8));
        var after = pageToken.Length == 0 ? null : PagePlace.Parse(pageToken, fingerprint);
        if (pageToken.Length > 0 && after is null)
            Refuse("page_token", "'page_token' is not one that a page with this filter gave, or is of a version of the server that listed in another order: begin with the first page.");
        if (after is not null && (offset != 0 || parsedSort is not null))
            Refuse("page_token", "'page_token' goes neither with 'offset' nor with 'sort'.");

        return violations.Count > 0
            ? throw ApiErrors.RequestInvalid(violations)
            : new ResourceQuery(sight, parsedFilter, parsedSort, offset, Math.Min(limit ?? DefaultLimit, LargestLimit), after, fingerprint);

        void Refuse(string field, string message) => violations.Add(RequestFields.Violation(field, ErrorReason.QueryInvalid, message));
    }
}

/// <summary>A place between two resources of a list that is ordered by newest date, then greatest id.</summary>
internal sealed record PagePlace(string Date, string Id)
{
    // Tokens of version 1 stood for places in an order in which the least id came first.
    private const string Version = "2";

    /// <summary>The place before all resources of a date.</summary>
    public static PagePlace Before(string date) => new(date, "~");

    // The fingerprint at the end, so that a token which lost its end is none.
    public string ToToken(string fingerprint) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Join('\n', Version, Id, Date, fingerprint)));

    /// <summary>The place that a token stands for; null where it is none for a query with this fingerprint.</summary>
    public static PagePlace? Parse(string token, string fingerprint)
    {
        if (!Base64Url.IsValid(token))
            return null;
        // A date is what a client wrote, line breaks and all.
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split('\n');
        return parts is [Version, var id, .. { Length: > 0 } date, var query] && query == fingerprint ? new PagePlace(string.Join('\n', date), id) : null;
    }
}
