using System.Globalization;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

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

        // Past the end there is nothing to be a part of.
        if (count == 0 || count == total)
        {
            return;
        }

        context.Response.StatusCode = StatusCodes.Status206PartialContent;
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
            !Names(fields.Offset).Concat(Names(fields.Limit)).Contains(Uri.UnescapeDataString(pair.Split('=')[0])));
        return $"{request.Scheme}://{request.Host.ToUriComponent()}{request.PathBase.ToUriComponent()}{request.Path.ToUriComponent()}?"
            + string.Concat(kept.Select(pair => pair + "&"));
    }

    private static string[] Names(FieldPath field) => [field.JsonName, field.ProtoName];

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
