using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Transcoding;

namespace ServiceOrdering.Server.OpenApi;

/// <summary>The documents of all APIs, as OpenAPI 3.1 has them. Each is made of the contract when it is first asked for, and kept.</summary>
internal sealed class OpenApiDocuments(IConfiguration configuration, PathBase pathBase, IOptions<TmfJsonOptions> json)
{
    private const string Listener = "Listener";

    private readonly ConcurrentDictionary<string, Lazy<Task<WrittenDocument>>> _written = new();
    private readonly Lazy<Comments> _comments = new(() => new Comments());
    private readonly Lazy<Examples> _examples = new(() => new Examples());

    /// <summary>The document of the API with this name; null where there is none.</summary>
    public async Task<WrittenDocument?> FindAsync(string name) =>
        DocumentedApi.All.FirstOrDefault(api => api.Name == name) is { } api
            ? await _written.GetOrAdd(name, _ => new Lazy<Task<WrittenDocument>>(() => WriteAsync(api))).Value
            : null;

    private async Task<WrittenDocument> WriteAsync(DocumentedApi api)
    {
        using var stream = new MemoryStream();
        await Make(api).SerializeAsync(stream, OpenApiSpecVersion.OpenApi3_1, OpenApiConstants.Json, CancellationToken.None);
        return new WrittenDocument(stream.ToArray());
    }

    private OpenApiDocument Make(DocumentedApi api)
    {
        var document = new OpenApiDocument
        {
            Info = new OpenApiInfo
            {
                Title = api.Title,
                Version = api.Version,
                Description = $"{api.Description}\n\nA path that has GET answers HEAD as well, and every path OPTIONS. The same operations are served by gRPC.\n\nA server for which no kind of credentials is configured asks nobody who they are.",
                License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
            },
            Servers = [.. Servers(api)],
            Tags = new HashSet<OpenApiTag>(),
            Paths = [],
        };
        var comments = _comments.Value;
        var schemas = new Schemas(document, comments);
        var first = api.Bases.Count > 0 ? api.Bases[0] : "/fulfillment";
        var dialect = json.Value.Dialects.First(dialect => new PathString(first).StartsWithSegments(dialect.Prefix));
        var errors = new ErrorResponses(document, schemas, new Reasons(comments), comments, dialect, isNbi: first == Targets.BaseOf("v4"));
        var operations = new Operations(document, schemas, comments, _examples.Value, errors);
        foreach (var (method, rule, verb, path) in api.Routes())
        {
            if (document.Tags.All(tag => tag.Name != Operations.Tag(method.Service)))
                document.Tags.Add(new OpenApiTag { Name = Operations.Tag(method.Service), Description = comments.InJson(method.Service) });
            var style = api.Plain.Contains(method.Service) ? JsonStyle.Protobuf : JsonStyle.Tmf;
            if (!document.Paths.TryGetValue(path, out var item))
                document.Paths[path] = item = new OpenApiPathItem { Operations = [] };
            item.Operations![new HttpMethod(verb)] = operations.Of(method, rule, style);
        }
        if (api.Notifications.Count > 0)
            document.Tags.Add(new OpenApiTag { Name = Listener, Description = "What is sent to listeners, by POST to the address that each has registered: docs/webhooks.md." });
        foreach (var (name, body) in api.Notifications)
            (document.Webhooks ??= new Dictionary<string, IOpenApiPathItem>())[name] = Notification(document, name, schemas.Of(body), comments.InJson(body));
        return document;
    }

    // Relative where nobody has said where clients reach it: to where the document was read from.
    private IEnumerable<OpenApiServer> Servers(DocumentedApi api)
    {
        var address = configuration["PublicBaseUrl"]?.TrimEnd('/') ?? pathBase.Value.Value;
        return api.Bases.Count == 0
            ? [new OpenApiServer { Url = address is { Length: > 0 } ? address : "/" }]
            : api.Bases.Select((path, i) => new OpenApiServer { Url = address + path, Description = i == 0 ? null : "The same under another path." });
    }

    private static OpenApiPathItem Notification(OpenApiDocument document, string name, IOpenApiSchema body, string said) => new()
    {
        Operations = new Dictionary<HttpMethod, OpenApiOperation>
        {
            [HttpMethod.Post] = new()
            {
                OperationId = $"listenTo{name}",
                Tags = new HashSet<OpenApiTagReference> { new(Listener, document) },
                Summary = $"Sent to listeners: {name}",
                Description = said,
                // What a listener asks for is its own affair.
                Security = [],
                RequestBody = new OpenApiRequestBody { Required = true, Content = new Dictionary<string, IOpenApiMediaType> { ["application/json"] = new OpenApiMediaType { Schema = body } } },
                Responses = new OpenApiResponses
                {
                    ["2XX"] = new OpenApiResponse { Description = "The listener has taken it." },
                    ["default"] = new OpenApiResponse { Description = "It is sent again, later and later." },
                },
            },
        },
    };
}

/// <summary>A document as it is sent, with its entity tag: a weak one, since it may be compressed.</summary>
internal sealed record WrittenDocument(byte[] Json)
{
    public string ETag { get; } = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(Json))[..32]}\"";
}
