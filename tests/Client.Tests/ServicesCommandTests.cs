using System.CommandLine;
using System.Text.Json.Nodes;
using ServiceOrdering.Cli;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Client.Tests;

public sealed class ServicesCommandTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_created_service_is_shown_and_read_again()
    {
        var created = await RunAsync("create", "-f", Repository.Example("create-broadband-service.json"));

        Assert.Equal((ExitCode.Done, ""), (created.ExitCode, created.Errors));
        Assert.Equal("active", (string?)created.Json["state"]);
        Assert.Equal(created, await RunAsync("get", created.Id));
        Assert.Equal("""{"id":"ID","href":"HREF","state":"active","@type":"Service"}""",
            (await RunAsync("get", created.Id, "--fields", "state")).Output.Trim()
                .Replace(created.Id, "ID").Replace($"{created.Json["href"]}".Replace(created.Id, "ID"), "HREF"));
    }

    [Fact]
    public async Task A_table_shows_a_service_and_its_characteristics()
    {
        var run = await RunAsync("create", "-f", Repository.Example("create-broadband-service.json"), "-o", "table");

        Assert.Matches(@"(?m)^\s*state +active", run.Output);
        Assert.Matches(@"(?m)^\s*specification +Internet access", run.Output);
        Assert.Matches(@"(?m)^\s*downstreamMbps +1000\s*$", run.Output);
        Assert.Matches("""(?m)^\s*staticAddresses +\["198.51.100.7","198.51.100.8"\]\s*$""", run.Output);
    }

    [Fact]
    public async Task Violations_are_told_by_their_places_in_the_file()
    {
        var run = await WithFileAsync("""{"state":"active","@type":"Service","serviceSpecification":{}}""", file => RunAsync("create", "-f", file));

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("/serviceSpecification/id", run.Errors);
    }

    [Fact]
    public async Task List_filters_sorts_and_reads_on()
    {
        var type = $"T-{Guid.NewGuid()}";
        var ids = new List<string>();
        foreach (var name in new[] { "b", "a", "c" })
            ids.Add(await CreateAsync(new Service { Name = name, ServiceType = type }));
        await CreateAsync(new Service { Name = "other" });

        var sorted = await RunAsync("list", "--filter", $"serviceType={type}", "--sort", "-name", "--fields", "name");
        var part = await RunAsync("list", "--filter", $"serviceType={type}", "--sort", "name", "--offset", "1", "--limit", "1", "-o", "table");
        var all = await RunAsync("list", "--filter", $"serviceType={type}", "--all");

        Assert.Equal(["c", "b", "a"], sorted.Json.AsArray().Select(service => (string?)service!["name"]));
        Assert.Matches(@"(?m)^\s*[0-9a-f-]{36} +active .* b\s*$", part.Output);
        Assert.Matches(@"(?m)^1 of 3 services", part.Output);
        Assert.Equal(ids.Order(StringComparer.Ordinal), all.Json.AsArray().Select(service => (string)service!["id"]!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("name")]
    public async Task All_pages_are_read_whatever_their_size(string sort)
    {
        var type = $"T-{Guid.NewGuid()}";
        for (var i = 0; i < 5; i++)
            await CreateAsync(new Service { Name = $"{i}", ServiceType = type });
        using var client = server.Connect();
        var names = new List<string>();

        var request = new ListServicesRequest { Filter = $"serviceType={type}", Sort = sort, Limit = 2 };
        await foreach (var service in client.Services.ReadAllServicesAsync(request, Token))
            names.Add(service.Name);

        Assert.Equal(["0", "1", "2", "3", "4"], names.Order(StringComparer.Ordinal));
        Assert.Equal(2, request.Limit);
    }

    [Theory]
    [InlineData("""{"state":"inactive"}""", null)]
    [InlineData(""" [{"op":"replace","path":"/state","value":"inactive"}]""", null)]
    [InlineData("""[{"op":"replace","path":"/state","value":"inactive"}]""", "application/json-patch+json")]
    [InlineData("""[{"op":"replace","path":"/state?name=n","value":"inactive"}]""", "application/json-patch-query+json")]
    public async Task A_patch_changes_the_service(string patch, string? format)
    {
        var id = await CreateAsync(new Service { Name = "n" });

        var run = await WithFileAsync(patch, file => RunAsync(["patch", id, "-f", file, .. format is null ? Array.Empty<string>() : ["--content-type", format]]));

        Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.Errors));
        Assert.Equal("inactive", (string?)run.Json["state"]);
    }

    [Fact]
    public async Task A_refused_patch_says_why()
    {
        var id = await CreateAsync(new Service());

        var run = await WithFileAsync("""{"state":"designed"}""", file => RunAsync("patch", id, "-f", file));

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("cannot go from active to designed", run.Errors);
    }

    [Fact]
    public async Task Deletion_names_what_is_refused_and_deletes_the_rest()
    {
        var supporting = await CreateAsync(new Service());
        await CreateAsync(new Service { SupportingService = { new ServiceRefOrValue { Id = supporting } } });
        var free = await CreateAsync(new Service());

        var run = await RunAsync("delete", supporting, free, "-o", "table");

        Assert.Equal((ExitCode.Refused, $"deleted {free}"), (run.ExitCode, run.Output.Trim()));
        Assert.Contains("supports other services", run.Errors);
        Assert.Equal(ExitCode.Refused, (await RunAsync("get", free)).ExitCode);
    }

    [Fact]
    public async Task Topology_is_a_tree_or_json()
    {
        var bottom = await CreateAsync(new Service { Name = "bottom", SupportingService = { new ServiceRefOrValue { Id = "elsewhere" } } });
        var top = await CreateAsync(new Service { Name = "top", SupportingService = { new ServiceRefOrValue { Id = bottom } } });

        var tree = await RunAsync("topology", top, "-o", "table");
        var up = await RunAsync("topology", bottom, "--up", "--depth", "1");
        var wrong = await RunAsync("topology", top, "--depth", "99");

        Assert.Matches($@"(?m)^\s*{top} +active +top\s*$", tree.Output);
        Assert.Matches($@"(?m)^\s+{bottom} +supportingService +active +bottom\s*$", tree.Output);
        Assert.Matches(@"(?m)^\s+elsewhere +supportingService +\(not in the inventory\)\s*$", tree.Output);
        Assert.Equal([bottom, top], up.Json["services"]!.AsArray().Select(service => (string?)service!["id"]));
        Assert.Equal(ExitCode.Refused, wrong.ExitCode);
    }

    [Fact]
    public async Task Every_command_has_examples()
    {
        foreach (var command in new[] { "list", "get", "create", "patch", "delete", "topology" })
        {
            var run = await RunAsync(command, "--help");
            Assert.Equal(ExitCode.Done, run.ExitCode);
            Assert.Contains($"service-ordering services {command}", run.Output[run.Output.IndexOf("Examples:", StringComparison.Ordinal)..]);
        }
    }

    private async Task<Run> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = await CommandLine.RunAsync(
            ["services", .. args, "--server", server.Address], new InvocationConfiguration { Output = output, Error = errors }, Token);
        return new Run(exitCode, output.ToString(), errors.ToString());
    }

    private static async Task<Run> WithFileAsync(string content, Func<string, Task<Run>> run)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, content, Token);
            return await run(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task<string> CreateAsync(Service service)
    {
        service.Type = "Service";
        service.State = ServiceState.Active;
        service.ServiceSpecification = new ServiceSpecificationRef { Id = "s" };
        using var client = server.Connect();
        var response = await client.Services.CreateServiceAsync(new CreateServiceRequest { Service = service }, cancellationToken: Token);
        return response.Service.Id;
    }

    private sealed record Run(int ExitCode, string Output, string Errors)
    {
        public JsonNode Json => JsonNode.Parse(Output)!;

        public string Id => (string)Json["id"]!;
    }
}
