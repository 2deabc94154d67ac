using Google.Api;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Routing.Patterns;
using ServiceOrdering.Json;
using ServiceOrdering.Transcoding.Errors;
using Tmf.Rest.V1;

namespace ServiceOrdering.Transcoding.Http;

/// <summary>One HTTP rule of one method, checked against the messages that it names fields of.</summary>
internal sealed class HttpRoute
{
    private readonly MethodDescriptor _method;
    private readonly FieldPath? _segmentField;

    /// <exception cref="InvalidOperationException">The rule or the method's options do not fit the method's messages.</exception>
    public HttpRoute(MethodDescriptor method, HttpRule rule, RoutePattern pattern)
    {
        _method = method;
        (HttpMethod, var template) = rule.PatternCase switch
        {
            HttpRule.PatternOneofCase.Get => ("GET", rule.Get),
            HttpRule.PatternOneofCase.Put => ("PUT", rule.Put),
            HttpRule.PatternOneofCase.Post => ("POST", rule.Post),
            HttpRule.PatternOneofCase.Delete => ("DELETE", rule.Delete),
            HttpRule.PatternOneofCase.Patch => ("PATCH", rule.Patch),
            _ => (rule.Custom.Kind, rule.Custom.Path),
        };
        Shape = PathVariables.ShapeOf(pattern);
        Path = new PathVariables(pattern);
        if (Path.Names.FirstOrDefault(name => name.StartsWith("__", StringComparison.Ordinal)) is not null || pattern.Parameters.Any(parameter => parameter.IsCatchAll))
            throw Bad($"the path {template} has a variable that is not one whole segment");

        var operation = method.GetOptions()?.GetExtension(RestExtensions.Operation) ?? new Operation();
        Consumes = [.. operation.Consumes];
        SuccessStatus = operation.SuccessStatus == 0 ? 200 : operation.SuccessStatus;
        PathFields = Path.Names.ToDictionary(field => field, field => Text(method.InputType, field, "path"));
        RequestHeaders = [.. operation.RequestHeaders.Select(header => new HeaderField(header.Name, Text(method.InputType, header.Field, "request header"), header.Query))];
        ResponseHeaders = [.. operation.ResponseHeaders.Select(header => new HeaderField(header.Name, Text(method.OutputType, header.Field, "response header")))];
        QueryField = operation.QueryField.Length == 0 ? null : Text(method.InputType, operation.QueryField, "query");
        _segmentField = operation.Segment is null ? null : Text(method.InputType, operation.Segment.Field, "segment");
        Segment = _segmentField is not null && Path.Literals.SkipWhile(literal => literal != operation.Segment!.After).ElementAtOrDefault(1) is { } segment
            ? (_segmentField, segment)
            : null;
        Stream = StreamFieldsOf(method, operation);
        Page = operation.Page is null ? null : new PageFields(
            Text(method.InputType, operation.Page.Offset, "page offset"),
            Text(method.InputType, operation.Page.Limit, "page limit"),
            Text(method.OutputType, operation.Page.TotalCount, "page total count"),
            Text(method.OutputType, operation.Page.AppliedLimit, "page applied limit"));

        TakesWholeBody = rule.Body == "*";
        BodyField = rule.Body is "" or "*" ? null : Member(method.InputType, rule.Body, "body");
        if (BodyField is { Descriptor: { IsRepeated: true } or { FieldType: not FieldType.Message } })
        {
            throw Bad($"the body field {rule.Body} is not a message");
        }

        ResponseBody = rule.ResponseBody.Length == 0 ? null : Member(method.OutputType, rule.ResponseBody, "response body");
        if (Page is not null && ResponseBody is not { Descriptor.IsRepeated: true })
        {
            throw Bad("a page needs a response body that is a repeated field");
        }
    }

    public string HttpMethod { get; }

    /// <summary>The route without the names of its variables.</summary>
    public string Shape { get; }

    public PathVariables Path { get; }

    public int SuccessStatus { get; }

    /// <summary>Media types of a body that is passed on as it is; empty is any.</summary>
    public IReadOnlyList<string> Consumes { get; }

    public Dictionary<string, FieldPath> PathFields { get; }

    public IReadOnlyList<HeaderField> RequestHeaders { get; }

    public IReadOnlyList<HeaderField> ResponseHeaders { get; }

    /// <summary>The field that takes what the query has beside the fields bound by name; null where that is refused.</summary>
    public FieldPath? QueryField { get; }

    public PageFields? Page { get; }

    /// <summary>The field that a literal segment of the route fills, and that segment; null where there is none.</summary>
    public (FieldPath Field, string Value)? Segment { get; }

    /// <summary>What makes Server-Sent Events of a server stream's responses; null where the method is none.</summary>
    public StreamFields? Stream { get; }

    /// <summary>Whether the body is the request message itself.</summary>
    public bool TakesWholeBody { get; }

    /// <summary>The field that the body is.</summary>
    public FieldPlan? BodyField { get; }

    public bool TakesBody => TakesWholeBody || BodyField is not null;

    /// <summary>Whether the body is passed on as it is.</summary>
    public bool TakesRawBody => BodyField?.Descriptor.MessageType == HttpBody.Descriptor;

    /// <summary>Whether a request without body cannot be right.</summary>
    public bool NeedsBody => BodyField is not null
        ? FieldRules.IsRequired(BodyField.Descriptor)
        : TakesWholeBody && MessagePlan.Of(_method.InputType).Fields.Any(member =>
            FieldRules.IsRequired(member.Descriptor) && !BoundElsewhere.Any(bound => bound.ProtoName == member.Descriptor.Name));

    /// <summary>The field of the response that is the body; null where it is the whole response.</summary>
    public FieldPlan? ResponseBody { get; }

    /// <summary>Whether the body of the response is one message.</summary>
    public bool AnswersWithMessage => ResponseBody is null or { Descriptor: { FieldType: FieldType.Message, IsRepeated: false } };

    /// <summary>The fields that a query parameter can be bound to by its name.</summary>
    public IEnumerable<FieldPlan> QueryFields => TakesWholeBody ? [] : MessagePlan.Of(_method.InputType).Fields.Where(member =>
        FieldPath.Find(_method.InputType, member.Descriptor.Name) is { IsText: true } path && IsForQuery(path));

    private IEnumerable<FieldPath> BoundElsewhere => PathFields.Values
        .Concat(RequestHeaders.Select(header => header.Field))
        .Concat(_segmentField is null ? [] : [_segmentField]);

    /// <summary>The field that a query parameter of this name is bound to, or null.</summary>
    public FieldPath? FindQueryField(string name) =>
        !TakesWholeBody && FieldPath.Find(_method.InputType, name, orJsonName: true) is { IsText: true } path && IsForQuery(path) ? path : null;

    /// <summary>Where an HTTP request has the field with this path in proto names; see <see cref="FieldPlaces"/>.</summary>
    public (ViolationPlace Place, string Name) Locate(string field) => FieldPlaces.Locate(this, _method.InputType, field);

    private bool IsForQuery(FieldPath path) =>
        path.Descriptors.First() != BodyField?.Descriptor
        && (QueryField is null || !path.IsWithin(QueryField))
        && !BoundElsewhere.Any(path.IsWithin);

    private StreamFields? StreamFieldsOf(MethodDescriptor method, Operation operation)
    {
        if (!method.IsServerStreaming)
        {
            return null;
        }

        if (operation.Page is not null || operation.ResponseHeaders.Count > 0 || operation.SuccessStatus is not (0 or 200))
        {
            throw Bad("a stream answers with 200, and has no page and no response headers");
        }

        var stream = operation.Stream ?? new Tmf.Rest.V1.Stream();
        return new StreamFields(
            stream.Id.Length == 0 ? null : Text(method.OutputType, stream.Id, "stream id"),
            stream.Data.Length == 0 ? null : method.OutputType.Oneofs.FirstOrDefault(oneof => oneof.Name == stream.Data)
                ?? throw Bad($"{method.OutputType.FullName} has no oneof {stream.Data} for the stream data"));
    }

    private FieldPlan Member(MessageDescriptor message, string name, string role) =>
        MessagePlan.Of(message).Find(name) ?? throw Bad($"{message.FullName} has no field {name} for the {role}");

    private FieldPath Text(MessageDescriptor message, string path, string role) => FieldPath.Find(message, path) switch
    {
        null => throw Bad($"{message.FullName} has no field {path} for the {role}"),
        { IsText: false } => throw Bad($"the field {path} cannot be the {role}: it has no form as text"),
        var field => field,
    };

    private InvalidOperationException Bad(string why) => new($"{_method.FullName}: {why}.");
}

/// <summary>A header and the field that it stands for.</summary>
/// <param name="Name">Name of the header.</param>
/// <param name="Field">The field.</param>
/// <param name="Query">Query parameter that stands in for a header that is absent; empty for none.</param>
internal sealed record HeaderField(string Name, FieldPath Field, string Query = "")
{
    /// <summary>What a response header says: the field's text, of an instant the date of HTTP; null where it is not set.</summary>
    public string? ValueIn(Google.Protobuf.IMessage message)
    {
        var text = Field.Text(message);
        return text is { Length: > 0 } && Field.Field.Descriptor is { FieldType: FieldType.Message } field && field.MessageType.FullName == "google.protobuf.Timestamp"
            ? DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture).ToString("R", System.Globalization.CultureInfo.InvariantCulture)
            : text;
    }
}

/// <summary>The field of a stream's response that is the event's id, and the oneof whose member is its data.</summary>
internal sealed record StreamFields(FieldPath? Id, OneofDescriptor? Data);

/// <summary>The fields that describe a page: two of the request, two of the response.</summary>
internal sealed record PageFields(FieldPath Offset, FieldPath Limit, FieldPath TotalCount, FieldPath AppliedLimit)
{
    /// <summary>Whether a query parameter is the offset or the limit.</summary>
    public bool IsNamed(string parameter) => new[] { Offset, Limit }.Any(field => parameter == field.JsonName || parameter == field.ProtoName);

    /// <summary>Whether a request's query says which page it wants.</summary>
    public bool AskedFor(Microsoft.AspNetCore.Http.HttpRequest request) => request.Query.Keys.Any(IsNamed);
}
