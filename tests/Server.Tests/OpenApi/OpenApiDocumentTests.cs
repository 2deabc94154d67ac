using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Routing;
using ServiceOrdering.Json;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.OpenApi;

namespace ServiceOrdering.Server.Tests.OpenApi;

/// <summary>The documents that the server gives of itself.</summary>
public sealed class OpenApiDocumentTests : IDisposable
{
    private const string Path = "/openapi/tmf641.json";

    private readonly Lazy<RunningServer> _running = new(() => new RunningServer());

    private RunningServer Server => _running.Value;

    public void Dispose()
    {
        if (_running.IsValueCreated)
            Server.Dispose();
    }

    [Fact]
    public async Task Files_of_the_repository_are_what_the_server_gives()
    {
        Assert.Equal(Documents.Names.Order(), Directory.GetFiles(Documents.Folder, "*.json").Select(file => System.IO.Path.GetFileNameWithoutExtension(file)).Order());
        foreach (var name in Documents.Names)
        {
            var served = (await Server.GetAsync($"/openapi/{name}.json")).Body;

            Assert.True(served == await File.ReadAllTextAsync(Documents.PathOf(name), Cancel),
                $"docs/openapi/{name}.json is out of date. To renew it: dotnet run --project src/Server -- admin openapi ../../docs/openapi");
        }
    }

    [Fact]
    public async Task The_command_writes_the_files_and_opens_no_database()
    {
        var folder = Directory.CreateTempSubdirectory("openapi-").FullName;
        var start = new ProcessStartInfo("dotnet", [System.IO.Path.Combine(AppContext.BaseDirectory, "ServiceOrdering.Server.dll"), "admin", "openapi", "written"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var told = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);

        Assert.Equal((0, Documents.Names.Count()), (process.ExitCode, told.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
        Assert.Equal([System.IO.Path.Combine(folder, "written")], Directory.GetFileSystemEntries(folder));
        foreach (var name in Documents.Names)
            Assert.Equal(await File.ReadAllTextAsync(Documents.PathOf(name), Cancel), await File.ReadAllTextAsync(System.IO.Path.Combine(folder, "written", $"{name}.json"), Cancel));
        Directory.Delete(folder, recursive: true);
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
        var served = Server.Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
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
        var first = await Server.GetAsync(Path);
        var again = await Server.GetAsync(Path, ("If-None-Match", first.Headers["ETag"]));

        Assert.Equal((HttpStatusCode.OK, "application/json"), (first.Status, first.Headers["Content-Type"]));
        Assert.Equal((HttpStatusCode.NotModified, ""), (again.Status, again.Body));
        Assert.Equal(HttpStatusCode.NotFound, (await Server.GetAsync("/openapi/nothing.json")).Status);
        Assert.Equal("", (await Server.SendAsync(HttpMethod.Head, Path)).Body);
    }

    [Theory]
    [InlineData("PathBase", "/oda/orders", "/oda/orders/tmf-api/serviceOrdering/v4")]
    [InlineData("PublicBaseUrl", "https://orders.example/api", "https://orders.example/api/tmf-api/serviceOrdering/v4")]
    public async Task The_address_of_the_server_is_the_one_that_clients_reach_it_at(string key, string value, string address)
    {
        using var issuer = new Security.TokenIssuer();
        using var server = new RunningServer([.. issuer.Settings, (key, value)]);

        Assert.Equal(address, (string?)(await server.GetAsync(Path, Administrator(issuer))).Json["servers"]![0]!["url"]);
    }

    [Fact]
    public async Task Documents_and_page_are_for_callers_with_their_scope_where_callers_are_asked_who_they_are()
    {
        using var issuer = new Security.TokenIssuer();
        using var server = new RunningServer(issuer.Settings);

        // The page's script is its maker's, and says nothing of the server.
        foreach (var path in new[] { Path, "/docs/" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync(path)).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await server.GetAsync(path, ("Authorization", $"Bearer {issuer.Issue("desk", roles: "order-desk")}"))).Status);
            Assert.Equal(HttpStatusCode.OK, (await server.GetAsync(path, Administrator(issuer))).Status);
        }
    }

    private static (string, string) Administrator(Security.TokenIssuer issuer) => ("Authorization", $"Bearer {issuer.Issue("anna", roles: "administrator")}");

    [Fact]
    public async Task A_server_can_do_without_them()
    {
        using var server = new RunningServer(("OpenApi:Enabled", "false"));

        foreach (var path in new[] { Path, "/docs", "/docs/", "/docs/scalar.js" })
            Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync(path)).Status);
    }

    [Fact]
    public void Every_example_of_an_answer_is_what_the_server_would_write()
    {
        foreach (var (name, body) in new Examples().Answers)
        {
            var type = DocumentedApi.All.SelectMany(api => api.Services).SelectMany(service => service.Methods).SelectMany(method => method.OutputType.Fields.InDeclarationOrder())
                .First(field => field.FieldType == FieldType.Message && field.MessageType.FullName == name).MessageType;
            var message = type.Parser.ParseFrom(ByteString.Empty);

            Assert.True(JsonFormat.Read(Encoding.UTF8.GetBytes(body.ToJsonString()), message).Succeeded, name);
            Assert.Equal(body.ToJsonString(), JsonNode.Parse(JsonFormat.ToText(message))!.ToJsonString());
        }
    }

    [Fact]
    public async Task Every_example_of_a_request_is_taken()
    {
        var order = await Server.PlaceOrderAsync(ExampleOrders.Fiber);
        var service = (string)(await Server.SendAsync(HttpMethod.Post, RunningServer.ServicePath, ServiceInventory.ExampleServices.Minimal)).Json["id"]!;
        var routes = DocumentedApi.All.SelectMany(api => api.Routes().Select(route => (route.Method.FullName, route.Verb, Path: (api.Bases.Count > 0 ? api.Bases[0] : "") + route.Path)));
        foreach (var (method, mediaType, name, body) in new Examples().All)
        {
            var (_, verb, path) = routes.First(route => route.FullName == method);
            var id = path.Contains("/service/", StringComparison.Ordinal) ? service : order;

            var answer = await Server.SendAsync(
                new HttpMethod(verb), path.Replace("{id}", id, StringComparison.Ordinal),
                body.ToJsonString().Replace("019a0000-0000-7000-8000-000000000001", order, StringComparison.Ordinal).Replace("https://listener.example", "http://127.0.0.1:9", StringComparison.Ordinal),
                ("Content-Type", mediaType));

            Assert.True((int)answer.Status is 200 or 201, $"{method}, {mediaType}, {name}: {answer.Body}");
        }
    }
}
