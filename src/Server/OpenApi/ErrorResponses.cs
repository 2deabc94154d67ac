using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.OpenApi;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Transcoding;
using ServiceOrdering.Transcoding.Errors;
using ServiceOrdering.Transcoding.Http;

namespace ServiceOrdering.Server.OpenApi;

/// <summary>The error bodies of one document. Each example is written by what writes the errors themselves.</summary>
internal sealed class ErrorResponses(OpenApiDocument document, Schemas schemas, Reasons reasons, Comments comments, ErrorDialect dialect, bool isNbi)
{
    private static readonly EnumDescriptor Type = ErrorReasonReflection.Descriptor.EnumTypes[0];

    public void AddTo(OpenApiResponses responses, MethodDescriptor method, HttpRoute route)
    {
        foreach (var status in reasons.Of(method, route).GroupBy(reason => ErrorTable.Of(reason).HttpStatus).OrderBy(status => status.Key))
        {
            responses[status.Key.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = string.Join("\n", status.Select(reason => $"- `{ErrorTable.NameOf(reason)}`: {Said(reason)}")),
                Headers = Headers(status.Key, route),
                Content = Content(status),
            };
        }
        responses["default"] = Default();
    }

    private OpenApiResponseReference Default()
    {
        if (document.Components?.Responses?.ContainsKey("Refusal") != true)
        {
            document.AddComponent<IOpenApiResponse>("Refusal", new OpenApiResponse
            {
                Description = "Any request may be refused besides: 403 from pages of other origins, 404 where there is no such route, 405 with `Allow`, 408, 414 and 431 for what is too slow or too large, 5xx.",
                Content = Content([]),
            });
        }
        return new OpenApiResponseReference("Refusal", document);
    }

    private Dictionary<string, IOpenApiMediaType> Content(IEnumerable<ErrorReason> examples)
    {
        var media = new OpenApiMediaType { Schema = schemas.Named("Error", isNbi ? NbiError : TmfError) };
        foreach (var reason in examples)
            (media.Examples ??= new Dictionary<string, IOpenApiExample>())[ErrorTable.NameOf(reason)] = Example(reason);
        return new Dictionary<string, IOpenApiMediaType> { ["application/json"] = media };
    }

    private OpenApiExampleReference Example(ErrorReason reason)
    {
        var name = ErrorTable.NameOf(reason);
        if (document.Components?.Examples?.ContainsKey(name) != true)
            document.AddComponent<IOpenApiExample>(name, new OpenApiExample { Summary = ErrorTable.Of(reason).Title, Value = Written(reason) });
        return new OpenApiExampleReference(name, document);
    }

    private JsonNode Written(ErrorReason reason)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
        {
            dialect.WriteBody(writer, new RestError
            {
                HttpStatus = ErrorTable.Of(reason).HttpStatus,
                GrpcStatus = (StatusCode)ErrorTable.Of(reason).Status,
                Reason = ErrorTable.NameOf(reason),
                Message = Comments.Summary(Said(reason)) + ".",
                Violations = reason == ErrorReason.RequestInvalid ? [new(ViolationPlace.Body, "/description", ErrorTable.NameOf(ErrorReason.FieldInvalid), "Must be a string.")] : [],
                Metadata = reason == ErrorReason.Internal ? new Dictionary<string, string> { ["traceId"] = "0af7651916cd43dd8448eb211c80319c" } : [],
            });
        }
        return JsonNode.Parse(output.WrittenSpan)!;
    }

    private string Said(ErrorReason reason) => comments.InJson(Type.FindValueByNumber((int)reason)).Replace("\n\n", " ", StringComparison.Ordinal);

    private static Dictionary<string, IOpenApiHeader>? Headers(int status, HttpRoute route) => status switch
    {
        StatusCodes.Status401Unauthorized => Header("WWW-Authenticate", "The kinds of credentials that are taken."),
        StatusCodes.Status415UnsupportedMediaType when route.HttpMethod is "POST" or "PATCH" => Header(route.HttpMethod == "PATCH" ? "Accept-Patch" : "Accept-Post", "The media types that are read."),
        StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable => Header("Retry-After", "After how many seconds it may succeed, where the server can tell."),
        _ => null,
    };

    private static Dictionary<string, IOpenApiHeader> Header(string name, string description) => new()
    {
        [name] = new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
    };

    private static OpenApiSchema TmfError() => Schema(
        "Why a request was refused, as TMF630 has it, with every violation beside it.",
        ["code", "reason", "message", "status", "@type"],
        [
            ("code", Text("TM Forum's code (TMF630, part 1).")),
            ("reason", Text("What the code says, in a few words for people.")),
            ("message", Text("What is wrong, for people.")),
            ("status", Text("The HTTP status.")),
            ("referenceError", Text("Where the reason is explained, where the server is configured so.", "uri")),
            .. Details(),
            ("@type", Text("Name of the class of this very object: `Error`.")),
        ]);

    private static OpenApiSchema NbiError() => Schema(
        "Why a request was refused, as ONAP's documents have it, with every violation beside it.",
        ["code", "reason", "message", "status", "referenceError", "description", "infoURL"],
        [
            ("code", new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Description = "TM Forum's code." }),
            ("reason", Text("What the code says, in a few words for people.")),
            ("message", Text("What the HTTP status says.")),
            ("status", Text("The HTTP status.")),
            ("referenceError", OrNull("Where the reason is explained, where the server is configured so.")),
            ("description", Text("What is wrong, for people.")),
            ("infoURL", OrNull("Always null.")),
            .. Details(),
            ("@type", OrNull("Always null, and there in version 3 only.")),
            ("@schemaLocation", OrNull("Always null, and there in version 3 only.")),
        ]);

    private static (string, OpenApiSchema)[] Details() =>
    [
        ("traceId", Text("Under which the server's log says more.")),
        ("errors", new OpenApiSchema
        {
            Type = JsonSchemaType.Array,
            Description = "What is wrong with the request; 100 at most.",
            Items = Schema(
                "One thing that is wrong.",
                ["path", "reason", "message"],
                [
                    ("path", Text("JSON Pointer into the body (empty: all of it), or the name of the path variable, parameter or header.")),
                    ("reason", Text("The reason, for programs: docs/errors.md lists them.")),
                    ("message", Text("What is wrong and what is allowed, for people.")),
                ]),
        }),
        ("moreErrors", new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Description = "How many more there are." }),
    ];

    private static OpenApiSchema Schema(string description, string[] required, (string Name, OpenApiSchema Schema)[] properties) => new()
    {
        Type = JsonSchemaType.Object,
        Description = description,
        Required = required.ToHashSet(),
        Properties = properties.ToDictionary(property => property.Name, IOpenApiSchema (property) => property.Schema),
    };

    private static OpenApiSchema Text(string description, string? format = null) => new() { Type = JsonSchemaType.String, Format = format, Description = description };

    private static OpenApiSchema OrNull(string description) => new() { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = description };
}
