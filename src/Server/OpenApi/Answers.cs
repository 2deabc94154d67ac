using System.Globalization;
using Google.Protobuf.Reflection;
using Microsoft.OpenApi;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Transcoding.Http;
using ServiceOrdering.Transcoding.Streams;

namespace ServiceOrdering.Server.OpenApi;

/// <summary>What an operation answers: its success in all its statuses, and its errors.</summary>
internal sealed class Answers(OpenApiDocument document, Schemas schemas, Comments comments, Examples examples, ErrorResponses errors)
{
    private const string Json = "application/json";

    public OpenApiResponses Of(MethodDescriptor method, HttpRoute route, JsonStyle style)
    {
        var responses = new OpenApiResponses { [Text(route.SuccessStatus)] = Success(method, route, style) };
        if (route.Page is not null)
            responses["206"] = Part(method, route, style);
        if (route.HttpMethod == "GET" && route.ResponseHeaders.Any(header => header.Name == "ETag"))
            responses["304"] = new OpenApiResponse { Description = "The caller has it as it is. No body.", Headers = Headers(method, route, style) };
        errors.AddTo(responses, method, route);
        return responses;
    }

    private OpenApiResponse Success(MethodDescriptor method, HttpRoute route, JsonStyle style) => new()
    {
        Description = Comments.Summary(comments.InJson(method.OutputType)) + ".",
        Headers = Headers(method, route, style),
        Content = route.SuccessStatus == 204 ? null
            : method.IsServerStreaming ? Stream(method)
            : new Dictionary<string, IOpenApiMediaType> { [Json] = examples.AddTo(new OpenApiMediaType { Schema = Body(method, route, style) }, style == JsonStyle.Tmf ? route.ResponseBody?.Descriptor : null) },
    };

    private OpenApiResponse Part(MethodDescriptor method, HttpRoute route, JsonStyle style)
    {
        var part = Success(method, route, style);
        part.Description = "A part of the collection.";
        part.Headers!["Content-Range"] = Shared("Content-Range", "Which items of how many: `items 0-9/35`.");
        return part;
    }

    private IOpenApiSchema Body(MethodDescriptor method, HttpRoute route, JsonStyle style) =>
        route.ResponseBody is { } body ? schemas.Of(body.Descriptor, style) : schemas.Of(method.OutputType, style);

    // Neither form is one JSON text: what is said is what one line or one event has.
    private Dictionary<string, IOpenApiMediaType> Stream(MethodDescriptor method) => new()
    {
        [LineForm.MediaType] = new OpenApiMediaType { Schema = schemas.Of(method.OutputType) },
        [EventForm.MediaType] = new OpenApiMediaType
        {
            Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = "Server-Sent Events: `id:` is the token, `event:` the type of the event, `data:` its JSON, as it stands in a line of the other form. `retry: 1000` comes first; a comment line is a heartbeat; an event `error` with a refusal is the last one.",
            },
            Example = "retry: 1000\n\nid: 0198c5d2.42\nevent: ServiceOrderStateChangeEvent\ndata: {\"eventId\":\"42\",\"eventType\":\"ServiceOrderStateChangeEvent\"}\n\n",
        },
    };

    private Dictionary<string, IOpenApiHeader>? Headers(MethodDescriptor method, HttpRoute route, JsonStyle style)
    {
        var headers = route.ResponseHeaders.ToDictionary(header => header.Name, header => (IOpenApiHeader)new OpenApiHeader
        {
            Description = comments.InJson(header.Field.Field.Descriptor),
            Schema = Schema(header),
        });
        if (route.Page is not null)
        {
            headers["X-Total-Count"] = Shared("X-Total-Count", "How many match in all. Absent where nobody has counted.", JsonSchemaType.Integer);
            headers["X-Result-Count"] = Shared("X-Result-Count", "How many are in the answer.", JsonSchemaType.Integer);
            headers["Link"] = Shared("Link", "The first, previous, next and last page, as RFC 8288 has it.");
        }
        if (Parameters.CanBeStrict(route, style))
            headers["Preference-Applied"] = Shared("Preference-Applied", "`handling=strict` where that was asked for.");
        // The package drops what a method says after its answer.
        if (style == JsonStyle.Tmf && route.HttpMethod != "GET")
            headers[Callers.ConsistencyHeader] = Shared(Callers.ConsistencyHeader, "Where something was written: who sends it with a request sees that write, at any server.");
        if (method.IsServerStreaming)
            headers["Cache-Control"] = Shared("Cache-Control", "Always `no-store`.");
        return headers.Count > 0 ? headers : null;
    }

    private static OpenApiSchema Schema(HeaderField header)
    {
        var field = header.Field.Field.Descriptor;
        return field.FieldType switch
        {
            // A date of HTTP, which is none of JSON schema's.
            FieldType.Message => new OpenApiSchema { Type = JsonSchemaType.String, Examples = ["Tue, 03 Mar 2026 10:00:00 GMT"] },
            FieldType.Bool => new OpenApiSchema { Type = JsonSchemaType.Boolean },
            FieldType.Int32 or FieldType.Int64 => new OpenApiSchema { Type = JsonSchemaType.Integer },
            _ => new OpenApiSchema { Type = JsonSchemaType.String },
        };
    }

    private OpenApiHeaderReference Shared(string name, string description, JsonSchemaType type = JsonSchemaType.String)
    {
        if (document.Components?.Headers?.ContainsKey(name) != true)
            document.AddComponent<IOpenApiHeader>(name, new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = type } });
        return new OpenApiHeaderReference(name, document);
    }

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}
