using System.Net;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Routing;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.OpenApi;

namespace ServiceOrdering.Server.Tests.OpenApi;

/// <summary>The documents that the server gives of itself.</summary>
public sealed class OpenApiDocumentTests : IDisposable
{
    private const string Path = "/openapi/tmf641.json";

    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Files_of_the_repository_are_what_the_server_gives()
    {
        Assert.Equal(Documents.Names.Order(), Directory.GetFiles(Documents.Folder, "*.json").Select(file => System.IO.Path.GetFileNameWithoutExtension(file)).Order());
        foreach (var name in Documents.Names)
        {
            var served = (await _server.GetAsync($"/openapi/{name}.json")).Body;

            Assert.True(served == await File.ReadAllTextAsync(Documents.PathOf(name), Cancel),
                $"docs/openapi/{name}.json is out of date. To renew it: dotnet run --project src/Server -- admin openapi docs/openapi");
        }
    }

    [Fact]
    public async Task A_public_linter_finds_nothing_wrong_with_them()
    {
        var told = await Documents.RunNodeAsync("@redocly/cli", [], [
            System.IO.Path.Combine(Documents.Tools, "node_modules", "@redocly", "cli", "bin", "cli.js"), "lint", "--format=stylish",
            $"--config={System.IO.Path.Combine(Documents.Folder, "redocly.yaml")}", .. Documents.Names.Select(Documents.PathOf)]);

        Assert.True(told.Contains("are valid", StringComparison.Ordinal) && !told.Contains(" warning ", StringComparison.Ordinal), told);
    }

    [Fact]
    public void Every_route_is_in_one_document_and_no_other_is()
    {
        var served = _server.Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>()?.HttpRule)
            .OfType<Google.Api.HttpRule>()
            .Select(DocumentedApi.RouteOf)
            .Select(route => $"{route.Verb} {route.Path.Replace("{hub_id}", "{hubId}", StringComparison.Ordinal)}");

        var told =
            from name in Documents.Names
            let document = Documents.Read(name)
            from address in document["servers"]!.AsArray()
            from operation in Documents.Operations(document)
            select $"{operation.Verb} {((string)address!["url"]!).TrimEnd('/')}{operation.Path}";
        Assert.Equal(served.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_operation_names_the_scope_that_the_contract_asks_for()
    {
        foreach (var api in DocumentedApi.All)
        {
            var document = Documents.Read(api.Name);
            foreach (var (method, _, verb, path) in api.Routes())
            {
                var scope = method.GetOptions().GetExtension(AccessExtensions.Access).Scope;
                var required = document["paths"]![path]![verb.ToLowerInvariant()]!["security"]!.AsArray();
                Assert.Equal([scope], required.SelectMany(scheme => scheme!.AsObject().Single().Value!.AsArray()).Select(each => (string)each!).Distinct());
                Assert.All(required, scheme => Assert.NotNull(document["components"]!["securitySchemes"]![scheme!.AsObject().Single().Key]));
            }
        }
    }

    [Fact]
    public void Everything_has_a_description()
    {
        foreach (var document in Documents.Names.Select(Documents.Read))
        {
            Assert.All(Documents.Operations(document), operation => Assert.True(((string?)operation.Operation["description"])?.Length > 0, operation.Path));
            foreach (var (name, schema) in document["components"]!["schemas"]!.AsObject().Where(schema => schema.Value!["properties"] is not null))
            {
                Assert.True(((string?)schema!["description"])?.Length > 0, name);
                foreach (var (property, value) in schema["properties"]!.AsObject())
                    Assert.True(((string?)value!["description"])?.Length > 0, $"{name}.{property}");
            }
        }
    }

    [Fact]
    public async Task A_caller_who_has_a_document_is_told_so()
    {
        var first = await _server.GetAsync(Path);
        var again = await _server.GetAsync(Path, ("If-None-Match", first.Headers["ETag"]));

        Assert.Equal((HttpStatusCode.OK, "application/json"), (first.Status, first.Headers["Content-Type"]));
        Assert.Equal((HttpStatusCode.NotModified, ""), (again.Status, again.Body));
        Assert.Equal(HttpStatusCode.NotFound, (await _server.GetAsync("/openapi/nothing.json")).Status);
        Assert.Equal("", (await _server.SendAsync(HttpMethod.Head, Path)).Body);
    }

    [Theory]
    [InlineData("PathBase", "/oda/orders", "/oda/orders/tmf-api/serviceOrdering/v4")]
    [InlineData("PublicBaseUrl", "https://orders.example/api", "https://orders.example/api/tmf-api/serviceOrdering/v4")]
    public async Task The_address_of_the_server_is_the_one_that_clients_reach_it_at(string key, string value, string address)
    {
        using var server = new RunningServer((key, value));

        Assert.Equal(address, (string?)(await server.GetAsync(Path)).Json["servers"]![0]!["url"]);
    }

    [Fact]
    public async Task Documents_and_page_are_there_for_callers_who_do_not_say_who_they_are()
    {
        using var issuer = new Security.TokenIssuer();
        using var server = new RunningServer(issuer.Settings);

        Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync(RunningServer.ServiceOrderPath)).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync(Path)).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/docs/")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/docs/scalar.js")).Status);
    }

    [Theory]
    [InlineData("/openapi/tmf641.json")]
    [InlineData("/docs")]
    [InlineData("/docs/scalar.js")]
    public async Task A_server_can_do_without_them(string path)
    {
        using var server = new RunningServer(("OpenApi:Enabled", "false"));

        Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync(path)).Status);
    }

    [Fact]
    public async Task Every_example_of_a_request_is_taken()
    {
        var order = await _server.PlaceOrderAsync(ExampleOrders.Fiber);
        var service = (string)(await _server.SendAsync(HttpMethod.Post, RunningServer.ServicePath, ServiceInventory.ExampleServices.Minimal)).Json["id"]!;
        var routes = DocumentedApi.All.SelectMany(api => api.Routes().Select(route => (route.Method.FullName, route.Verb, Path: (api.Bases.Count > 0 ? api.Bases[0] : "") + route.Path)));
        foreach (var (method, mediaType, name, body) in new Examples().All)
        {
            var (_, verb, path) = routes.First(route => route.FullName == method);
            var id = path.Contains("/service/", StringComparison.Ordinal) ? service : order;

            var answer = await _server.SendAsync(
                new HttpMethod(verb), path.Replace("{id}", id, StringComparison.Ordinal),
                body.ToJsonString().Replace("019a0000-0000-7000-8000-000000000001", order, StringComparison.Ordinal).Replace("https://listener.example", "http://127.0.0.1:9", StringComparison.Ordinal),
                ("Content-Type", mediaType));

            Assert.True((int)answer.Status is 200 or 201, $"{method}, {mediaType}, {name}: {answer.Body}");
        }
    }
}
