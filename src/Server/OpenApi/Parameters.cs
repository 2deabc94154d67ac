using Google.Protobuf.Reflection;
using Microsoft.OpenApi;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Transcoding.Http;

namespace ServiceOrdering.Server.OpenApi;

/// <summary>What a request has beside its body: path, query and headers.</summary>
internal sealed class Parameters(OpenApiDocument document, Schemas schemas, Comments comments)
{
    public List<IOpenApiParameter> Of(MethodDescriptor method, HttpRoute route, JsonStyle style)
    {
        List<IOpenApiParameter> parameters =
        [
            .. route.PathFields.Values.Select(field => Bound(field.JsonName, ParameterLocation.Path, field, style)),
            .. route.QueryFields.Select(field => (IOpenApiParameter)new OpenApiParameter
            {
                Name = field.JsonName,
                In = ParameterLocation.Query,
                Required = FieldRules.IsRequired(field.Descriptor),
                Description = comments.InJson(field.Descriptor),
                Schema = schemas.Of(field.Descriptor, style),
            }),
        ];
        if (route.QueryField is { } rest && (route.Page is not null || route.ResponseBody is { Descriptor.IsRepeated: true } || method.IsServerStreaming))
            parameters.Add(Conditions(rest));
        foreach (var header in route.RequestHeaders)
        {
            parameters.Add(Bound(header.Name, ParameterLocation.Header, header.Field, style));
            if (header.Query.Length > 0)
                parameters.Add(Bound(header.Query, ParameterLocation.Query, header.Field, style));
        }
        if (route.ResponseHeaders.Any(header => header.Name == "ETag") && route.HttpMethod == "GET")
            parameters.AddRange([Shared("IfNoneMatch", IfNoneMatch), Shared("IfModifiedSince", IfModifiedSince)]);
        if (route.Page is not null)
            parameters.Add(Shared("Range", Range));
        if (CanBeStrict(route, style))
            parameters.Add(Shared("Prefer", Prefer));
        if (route.HttpMethod != "GET")
            parameters.Add(Shared("CorrelationId", CorrelationId));
        if (!method.IsServerStreaming)
            parameters.Add(Shared("ConsistencyToken", ConsistencyToken));
        return parameters;
    }

    /// <summary>Whether there is something that strict handling refuses.</summary>
    public static bool CanBeStrict(HttpRoute route, JsonStyle style) =>
        style == JsonStyle.Tmf && (route.TakesBody || route.QueryField is not null || route.QueryFields.Any());

    private OpenApiParameter Bound(string name, ParameterLocation location, FieldPath field, JsonStyle style) => new()
    {
        Name = name,
        In = location,
        Required = location == ParameterLocation.Path,
        Description = comments.InJson(field.Field.Descriptor),
        Schema = schemas.Of(field.Field.Descriptor, style),
    };

    // All that has no name of its own: OpenAPI says that of an object whose members are parameters.
    private OpenApiParameter Conditions(FieldPath rest) => new()
    {
        Name = rest.JsonName is "filter" or "query" ? "conditions" : rest.JsonName,
        In = ParameterLocation.Query,
        Style = ParameterStyle.Form,
        Explode = true,
        Description = $"Any other parameter is a condition: a path of attributes, an operator behind it where it is not `=`, and a value. {comments.InJson(rest.Field.Descriptor)}",
        Schema = new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String } },
    };

    private OpenApiParameterReference Shared(string name, Func<OpenApiParameter> make)
    {
        if (document.Components?.Parameters?.ContainsKey(name) != true)
            document.AddComponent<IOpenApiParameter>(name, make());
        return new OpenApiParameterReference(name, document);
    }

    private static OpenApiParameter Header(string name, string description) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static OpenApiParameter IfNoneMatch() => Header("If-None-Match", "Entity tags that the caller has, commas between: the answer is 304 where the resource has one of them.");

    private static OpenApiParameter IfModifiedSince() => Header("If-Modified-Since", "The answer is 304 where the resource was not changed since, unless `If-None-Match` is there: `Tue, 03 Mar 2026 10:00:00 GMT`.");

    private static OpenApiParameter Range() => Header("Range", "`items=0-9` stands for `offset` and `limit` where the query has neither; the answer is 206, or 416 where there are no items that far.");

    private static OpenApiParameter CorrelationId() => Header("X-Correlation-ID", "Names the caller's own affair: the events of what is changed carry it.");

    private static OpenApiParameter ConsistencyToken() => Header(Callers.ConsistencyHeader, "What an earlier write answered with: the answer is of a server that has come as far.");

    private static OpenApiParameter Prefer()
    {
        var header = Header("Prefer", "`handling=strict` has refused what else would be passed over: members and attributes that there are not, and members that only the server sets.");
        header.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Enum = ["handling=strict", "handling=lenient"] };
        return header;
    }
}
