using System.Globalization;
using Google.Api;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using ServiceOrdering.Json;
using ServiceOrdering.Transcoding.Errors;

namespace ServiceOrdering.Transcoding.Http;

/// <summary>Makes a request message of an HTTP request: of its body, path, query and headers.</summary>
/// <param name="route">The route.</param>
/// <param name="options">Limits.</param>
/// <param name="isProtobuf">Whether the request is in protobuf's own JSON: see <see cref="JsonSource.Protobuf"/>.</param>
internal sealed class RequestBinder(HttpRoute route, TmfJsonOptions options, bool isProtobuf = false)
{
    private readonly QueryBinder _query = new(route, isProtobuf);

    /// <summary>Fills the message.</summary>
    /// <exception cref="TranscodingException">The HTTP request is refused; the error names all that is wrong with it.</exception>
    public async ValueTask BindAsync(HttpContext context, IMessage request)
    {
        var violations = new List<RestViolation>();
        var isStrict = !isProtobuf && StrictHandling.IsPreferred(context.Request.Headers[StrictHandling.Header]);
        if (isStrict)
            context.Response.Headers["Preference-Applied"] = StrictHandling.Preference;
        var more = route.TakesBody ? await BindBodyAsync(context, request, isStrict, violations) : 0;

        // After the body, which may hold the same fields: the path is what names the resource.
        BindPath(context.Request, request, violations);
        _query.Bind(context.Request.QueryString.Value ?? "", request, violations);
        BindHeaders(context.Request, request, violations);
        BindRange(context.Request, request, violations);

        if (violations.Count > 0)
        {
            // With more than are told there is no saying which of the missing fields were there and refused.
            if (more == 0)
            {
                AddMissing(request, violations);
            }

            throw new TranscodingException(
                FailureReasons.Error(TranscodingFailure.RequestInvalid, Summary(violations)) with { Violations = violations, MoreViolations = more });
        }
    }

    /// <returns>How many violations there are beside those that were added.</returns>
    private async ValueTask<int> BindBodyAsync(HttpContext context, IMessage request, bool isStrict, List<RestViolation> violations)
    {
        var isRead = route.TakesRawBody ? Consumes(context.Request.ContentType) : RequestBody.IsJson(context.Request.ContentType);
        if (!isRead && !(context.Request.ContentType is null && RequestBody.IsNone(context.Request)))
        {
            throw MediaTypeNotSupported(route.Consumes.Count > 0
                ? $"The body has to be one of {string.Join(", ", route.Consumes)}."
                : "The body has to be application/json (or another type that ends in +json) in UTF-8.");
        }

        if (context.Request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
        {
            throw MediaTypeNotSupported("The body has to come without a content encoding.");
        }

        using var body = await RequestBody.ReadAsync(context.Request, options.MaxRequestBodySize);
        if (body.Bytes.IsEmpty || (!route.TakesRawBody && body.Bytes.Trim(" \t\r\n"u8).SequenceEqual("null"u8)))
        {
            if (route.NeedsBody)
            {
                throw new TranscodingException(TranscodingFailure.BodyMissing, "The operation needs a body, and the request has none.");
            }
        }
        else if (route.TakesRawBody)
        {
            var raw = (HttpBody)route.BodyField!.Child(request);
            raw.ContentType = context.Request.ContentType ?? "";
            raw.Data = ByteString.CopyFrom(body.Bytes);
        }
        else
        {
            return ReadJson(body.Bytes, route.TakesWholeBody ? request : route.BodyField!.Child(request), isStrict, violations);
        }

        return 0;
    }

    private int ReadJson(ReadOnlySpan<byte> json, IMessage target, bool isStrict, List<RestViolation> violations)
    {
        var result = JsonFormat.Read(json, target, isProtobuf ? JsonSource.Protobuf : isStrict ? JsonSource.StrictRequest : JsonSource.Request);
        if (result.Malformation is { } malformation)
        {
            var violation = RestViolation.Of(
                ViolationPlace.Body, malformation.Place, TranscodingFailure.BodyMalformed, malformation.Message);
            throw new TranscodingException(
                FailureReasons.Error(TranscodingFailure.BodyMalformed, malformation.Message) with { Violations = [violation] });
        }

        violations.AddRange(result.Violations.Select(violation =>
            RestViolation.Of(ViolationPlace.Body, violation.Place, ReasonOf(violation.Kind), violation.Message)));
        return result.MoreViolations;
    }

    private void BindPath(HttpRequest http, IMessage request, List<RestViolation> violations)
    {
        foreach (var (name, field) in route.PathFields)
        {
            if (field.ReadText(route.Path.Value(http, name), request) is { } wrong)
                violations.Add(RestViolation.Of(ViolationPlace.Path, name, TranscodingFailure.FieldInvalid, wrong));
        }

        if (route.Segment is var (segment, value))
            segment.ReadText(value, request);
    }

    private void BindHeaders(HttpRequest http, IMessage request, List<RestViolation> violations)
    {
        foreach (var header in route.RequestHeaders)
        {
            if (http.Headers.TryGetValue(header.Name, out var values)
                && header.Field.ReadText(values.ToString(), request) is { } wrong)
            {
                violations.Add(RestViolation.Of(ViolationPlace.Header, header.Name, TranscodingFailure.HeaderInvalid, wrong));
            }
        }
    }

    private void BindRange(HttpRequest http, IMessage request, List<RestViolation> violations)
    {
        if (route.Page is not { } page)
            return;
        var (range, problem) = ItemRange.Of(http, page);
        if (problem is not null)
            violations.Add(RestViolation.Of(ViolationPlace.Header, "Range", TranscodingFailure.HeaderInvalid, problem));
        if (range is null)
            return;
        page.Offset.ReadText(range.First.ToString(CultureInfo.InvariantCulture), request);
        if (range.Count is { } count)
            page.Limit.ReadText(count.ToString(CultureInfo.InvariantCulture), request);
    }

    private static TranscodingFailure ReasonOf(JsonViolationKind kind) =>
        kind == JsonViolationKind.ReadOnly ? TranscodingFailure.FieldReadOnly : TranscodingFailure.FieldInvalid;

    // One answer names everything. What is inside a refused value was not read, and is not missing.
    private void AddMissing(IMessage request, List<RestViolation> violations)
    {
        var blamed = violations.ConvertAll(violation => (violation.Place, violation.Name));
        foreach (var path in RequiredFields.Missing(request))
        {
            var (place, name) = route.Locate(path);
            if (!blamed.Exists(other => other.Place == place
                && (other.Name == name || name.StartsWith(other.Name + "/", StringComparison.Ordinal))))
            {
                violations.Add(RestViolation.Of(place, name, TranscodingFailure.FieldMissing, "Is required."));
            }
        }
    }

    private static string Summary(List<RestViolation> violations)
    {
        const int Named = 3;
        var first = violations.Take(Named).Select(violation => $"{(violation.Name.Length == 0 ? "body" : violation.Name)}: {violation.Message}");
        var more = violations.Count > Named ? $" And {violations.Count - Named} more." : "";
        return string.Join(" ", first) + more;
    }

    private bool Consumes(string? contentType) => route.Consumes.Count == 0
        || route.Consumes.Contains((contentType ?? "").Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase);

    private TranscodingException MediaTypeNotSupported(string message)
    {
        var allowed = route.Consumes.Count > 0 ? string.Join(", ", route.Consumes) : "application/json";
        var error = FailureReasons.Error(TranscodingFailure.MediaTypeNotSupported, message);
        var header = route.HttpMethod switch
        {
            "POST" => "Accept-Post",
            "PATCH" => "Accept-Patch",
            _ => "Accept",
        };
        return route.TakesRawBody && route.Consumes.Count == 0
            ? new TranscodingException(error)
            : new TranscodingException(error with { Headers = new Dictionary<string, string> { [header] = allowed } });
    }
}
