using System.Globalization;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using ServiceOrdering.Transcoding.Errors;

namespace ServiceOrdering.Transcoding.Http;

/// <summary>Counts and links of a page of a collection.</summary>
internal static class PageHeaders
{
    public static void Write(HttpContext context, PageFields fields, IMessage request, IMessage response, int count)
    {
        var headers = context.Response.Headers;
        headers["X-Result-Count"] = count.ToString(CultureInfo.InvariantCulture);
        if (fields.TotalCount.Field.Descriptor.HasPresence && fields.TotalCount.Text(response) is null)
        {
            return;
        }

        var offset = Math.Max(0, fields.Offset.Number(request));
        var total = fields.TotalCount.Number(response);
        headers["X-Total-Count"] = total.ToString(CultureInfo.InvariantCulture);

        headers.AcceptRanges = ItemRange.Unit;
        var range = ItemRange.Of(context.Request, fields).Range;
        if (range is not null && range.First >= total)
        {
            throw new TranscodingException(FailureReasons.Error(TranscodingFailure.RangeNotSatisfiable, Invariant($"The range begins at {range.First}, and there are {total} items.")) with
            {
                Headers = new Dictionary<string, string> { ["Content-Range"] = Invariant($"{ItemRange.Unit} */{total}") },
            });
        }

        // Past the end there is nothing to be a part of.
        if (count == 0 || (count == total && range is null))
        {
            return;
        }

        context.Response.StatusCode = StatusCodes.Status206PartialContent;
        headers.ContentRange = Invariant($"{ItemRange.Unit} {offset}-{offset + count - 1}/{total}");
        var limit = Math.Max(1, fields.AppliedLimit.Number(response));
        var links = new List<string> { Link(0, "first") };
        if (offset > 0)
        {
            links.Add(Link(Math.Max(0, offset - limit), "prev"));
        }

        if (offset + count < total)
        {
            links.Add(Link(offset + count, "next"));
        }

        links.Add(Link((total - 1) / limit * limit, "last"));
        headers["Link"] = string.Join(", ", links);

        string Link(long at, string relation)
        {
            var page = Invariant($"{fields.Offset.JsonName}={at}&{fields.Limit.JsonName}={limit}");
            return $"<{HeaderText.Escape(Base(context.Request, fields) + page, beside: "<> \"")}>; rel=\"{relation}\"";
        }
    }

    // The URL as the client sees it, with the other parameters as they were sent.
    private static string Base(HttpRequest request, PageFields fields)
    {
        var query = request.QueryString.Value ?? "";
        var kept = query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Where(pair =>
            !fields.IsNamed(Uri.UnescapeDataString(pair.Split('=')[0])));
        return $"{request.Scheme}://{request.Host.ToUriComponent()}{request.PathBase.ToUriComponent()}{request.Path.ToUriComponent()}?"
            + string.Concat(kept.Select(pair => pair + "&"));
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
