using System.Text.Json;
using Google.Api;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.OpenApi;
using ServiceOrdering.Transcoding.Http;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace ServiceOrdering.Server.OpenApi;

/// <summary>The operations of one document: one for each rule of each method.</summary>
internal sealed class Operations(OpenApiDocument document, Schemas schemas, Comments comments, Examples examples, ErrorResponses errors)
{
    private const string Json = "application/json";

    private readonly Parameters _parameters = new(document, schemas, comments);
    private readonly SecuritySchemes _security = new(document);
    private readonly Answers _answers = new(document, schemas, comments, examples, errors);

    public OpenApiOperation Of(MethodDescriptor method, HttpRule rule, JsonStyle style)
    {
        var route = new HttpRoute(method, rule, RoutePatternFactory.Parse(DocumentedApi.RouteOf(rule).Path));
        var headers = route.RequestHeaders.ToDictionary(header => header.Field.ProtoName, header => header.Name);
        var text = comments.InJson(method, headers);
        return new OpenApiOperation
        {
            OperationId = JsonNamingPolicy.CamelCase.ConvertName(method.Name),
            Tags = new HashSet<OpenApiTagReference> { new(Tag(method.Service), document) },
            Summary = Comments.Summary(text),
            Description = text,
            Parameters = _parameters.Of(method, route, style),
            RequestBody = route.TakesBody ? Body(method, route, style) : null,
            Security = _security.Of(method),
            Responses = _answers.Of(method, route, style),
        };
    }

    /// <summary>The name that a service's operations are listed under.</summary>
    public static string Tag(ServiceDescriptor service) => service.Name.EndsWith("Service", StringComparison.Ordinal) && service.Name.Length > "Service".Length
        ? service.Name[..^"Service".Length]
        : service.Name;

    private OpenApiRequestBody Body(MethodDescriptor method, HttpRoute route, JsonStyle style) => new()
    {
        Required = route.NeedsBody,
        Content = route.TakesRawBody
            ? route.Consumes.ToDictionary(type => type, IOpenApiMediaType (type) => examples.AddTo(new OpenApiMediaType { Schema = Patch(type, route) }, method, type))
            : new Dictionary<string, IOpenApiMediaType> { [Json] = examples.AddTo(new OpenApiMediaType { Schema = Whole(method, route, style) }, method, Json) },
    };

    private IOpenApiSchema Whole(MethodDescriptor method, HttpRoute route, JsonStyle style) => route.BodyField is { } field
        ? schemas.Of(field.Descriptor.MessageType, style, BodyForm.Create)
        : Rest(method, route, style);

    // What the path has need not be said twice.
    private IOpenApiSchema Rest(MethodDescriptor method, HttpRoute route, JsonStyle style)
    {
        if (route.PathFields.Count == 0)
            return schemas.Of(method.InputType, style);
        return schemas.Named(method.InputType.Name, () => schemas.Object(method.InputType, style, without: [.. route.PathFields.Values.SelectMany(path => path.Descriptors)]));
    }

    private IOpenApiSchema Patch(string mediaType, HttpRoute route) => mediaType switch
    {
        "application/json-patch+json" => schemas.Named("JsonPatch", () => JsonPatch("RFC 6902: operations that are done one after the other, all or none of them.", "JSON Pointer (RFC 6901).")),
        "application/json-patch-query+json" => schemas.Named("JsonPatchQuery", () => JsonPatch(
            "TMF630, parts 5 and 6: JSON Patch whose paths may name elements of lists by what they have.", "`/note/text?note.author=X`, or JSONPath: `note[?(@.author=='X')].text`.")),
        _ => schemas.Of(route.ResponseBody!.Descriptor.MessageType, JsonStyle.Tmf, BodyForm.Update),
    };

    private static OpenApiSchema JsonPatch(string description, string path) => new()
    {
        Type = JsonSchemaType.Array,
        Description = description,
        Items = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string> { "op", "path" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["op"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = ["add", "remove", "replace", "move", "copy", "test"] },
                ["path"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = path },
                ["from"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "For `move` and `copy`: where the value comes from." },
                ["value"] = new OpenApiSchema { Description = "For `add`, `replace` and `test`: any value." },
            },
        },
    };
}
