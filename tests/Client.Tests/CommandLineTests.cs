using System.CommandLine;
using System.Text.Json.Nodes;
using ServiceOrdering.Cli;

namespace ServiceOrdering.Client.Tests;

public sealed class CommandLineTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string NoServer = "http://127.0.0.1:1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("create-minimal-order.json")]
    [InlineData("create-fiber-order.json")]
    public async Task A_created_order_is_shown_with_everything_that_its_file_holds(string example)
    {
        var run = await RunAsync("orders", "create", "--file", Repository.Example(example));

        Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.Errors));
        var created = JsonNode.Parse(run.Output)!;
        Assert.Equal("acknowledged", (string?)created["state"]);
        AssertContains(created, JsonNode.Parse(await File.ReadAllTextAsync(Repository.Example(example), Token)), "");
    }

    [Fact]
    public async Task Get_shows_the_same_json_as_create()
    {
        var created = await RunAsync("orders", "create", "-f", Repository.Example("create-fiber-order.json"));

        var read = await RunAsync("orders", "get", IdOf(created));

        Assert.Equal(created, read);
    }

    [Fact]
    public async Task Fields_choose_what_get_shows()
    {
        var id = await CreateAsync();

        var read = await RunAsync("orders", "get", id, "--fields", "state");

        Assert.Equal(ExitCode.Done, read.ExitCode);
        var members = JsonNode.Parse(read.Output)!.AsObject().Select(member => member.Key);
        Assert.Equal(["@type", "href", "id", "state"], members.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_table_shows_an_order_and_its_items()
    {
        var created = await RunAsync("orders", "create", "-f", Repository.Example("create-fiber-order.json"), "-o", "table");

        Assert.Equal(ExitCode.Done, created.ExitCode);
        Assert.Matches(@"(?m)^\s*state +acknowledged", created.Output);
        Assert.Matches(@"(?m)^\s*2 +add +acknowledged +gpon-access-6490 +gpon-access\s*$", created.Output);
        Assert.DoesNotContain('\u001b', created.Output);
    }

    [Fact]
    public async Task List_shows_a_page_as_a_json_array()
    {
        await CreateAsync();
        await CreateAsync();

        var list = await RunAsync("orders", "list", "--limit", "2", "--fields", "none");

        Assert.Equal(ExitCode.Done, list.ExitCode);
        Assert.Equal(2, JsonNode.Parse(list.Output)!.AsArray().Count);
    }

    [Fact]
    public async Task List_beyond_the_end_is_an_empty_array()
    {
        var list = await RunAsync("orders", "list", "--offset", "100000");

        Assert.Equal(new Run(ExitCode.Done, "[]" + Environment.NewLine, ""), list);
    }

    [Fact]
    public async Task List_all_holds_every_order()
    {
        var ids = new[] { await CreateAsync(), await CreateAsync(), await CreateAsync() };

        var list = await RunAsync("orders", "list", "--all");

        Assert.Subset(JsonNode.Parse(list.Output)!.AsArray().Select(order => (string)order!["id"]!).ToHashSet(), ids.ToHashSet());
    }

    [Fact]
    public async Task A_table_of_a_part_says_how_many_there_are()
    {
        await CreateAsync();
        await CreateAsync();

        var list = await RunAsync("orders", "list", "--limit", "1", "-o", "table");

        Assert.Matches($@"(?m)^\s*ID +STATE +ORDERED", list.Output);
        Assert.Matches($@"(?m)^\s*[0-9a-f-]{{36}} +acknowledged", list.Output);
        Assert.Matches(@"(?m)^1 of \d+ orders", list.Output);
    }

    [Fact]
    public async Task List_shows_what_a_filter_lets_through_in_the_order_asked_for()
    {
        var group = Guid.NewGuid().ToString();
        var ids = new List<string>();
        foreach (var priority in new[] { "2", "1", "3" })
        {
            var order = $$"""{ "description": "{{group}}", "priority": "{{priority}}", "serviceOrderItem": [{ "id": "1", "action": "add", "service": {} }] }""";
            ids.Add(IdOf(await CreateAsync(order)));
        }

        var list = await RunAsync("orders", "list", "--filter", $"description={group}&priority=1,2", "--sort", "priority");
        var all = await RunAsync("orders", "list", "--filter", $"description={group}", "--sort", "-priority", "--all");

        Assert.Equal([ids[1], ids[0]], JsonNode.Parse(list.Output)!.AsArray().Select(order => (string?)order!["id"]));
        Assert.Equal([ids[2], ids[0], ids[1]], JsonNode.Parse(all.Output)!.AsArray().Select(order => (string?)order!["id"]));
    }

    [Fact]
    public async Task A_filter_that_cannot_be_read_is_told_with_its_place()
    {
        var run = await RunAsync("orders", "list", "--filter", "state=sleeping");

        Assert.Equal((ExitCode.Refused, ""), (run.ExitCode, run.Output));
        Assert.Contains("""  --filter["state"]: 'sleeping' is not a value of state""", run.Errors);
    }

    [Theory]
    [InlineData("""{ "description": "new" }""")]
    [InlineData(""" [{ "op": "add", "path": "/description", "value": "new" }]""")]
    [InlineData("""{ "description": "new" }""", "--content-type", "application/json")]
    [InlineData("""[{ "op": "add", "path": "/description?serviceOrderItem.id=1", "value": "new" }]""", "--content-type", "application/json-patch-query+json")]
    public async Task A_patched_order_is_shown_as_it_has_become(string patch, params string[] options)
    {
        var id = await CreateAsync();

        var patched = await WithFileAsync(patch, file => RunAsync(["orders", "patch", id, "-f", file, .. options]));

        Assert.Equal((ExitCode.Done, ""), (patched.ExitCode, patched.Errors));
        Assert.Equal("new", (string?)JsonNode.Parse(patched.Output)!["description"]);
        Assert.Equal(patched.Output, (await RunAsync("orders", "get", id)).Output);
    }

    [Fact]
    public async Task A_refused_patch_has_a_line_for_each_violation_with_its_place_in_the_order()
    {
        var id = await CreateAsync();

        var run = await WithFileAsync("""{ "category": "x", "note": [{ "author": "y" }] }""", file => RunAsync("orders", "patch", id, "-f", file));

        Assert.Equal((ExitCode.Refused, ""), (run.ExitCode, run.Output));
        var lines = run.Errors.TrimEnd().Split(Environment.NewLine);
        Assert.Equal(["  /category", "  /note/0/text"], lines[1..].Select(line => line.Split(": ")[0]).Order());
    }

    [Fact]
    public async Task Deleted_orders_are_gone()
    {
        var ids = new[] { await CreateAsync(), await CreateAsync() };

        var deleted = await RunAsync(["orders", "delete", .. ids]);

        Assert.Equal(new Run(ExitCode.Done, "", ""), deleted);
        foreach (var id in ids)
        {
            var read = await RunAsync("orders", "get", id);
            Assert.Equal((ExitCode.Refused, ""), (read.ExitCode, read.Output));
            Assert.StartsWith("error: ", read.Errors);
            Assert.EndsWith($"[SERVICE_ORDER_NOT_FOUND]{Environment.NewLine}", read.Errors);
        }
    }

    [Fact]
    public async Task An_order_that_cannot_be_deleted_does_not_keep_the_others()
    {
        var id = await CreateAsync();

        var deleted = await RunAsync("orders", "delete", "nowhere", id, "-o", "table");

        Assert.Equal((ExitCode.Refused, $"deleted {id}{Environment.NewLine}"), (deleted.ExitCode, deleted.Output));
        Assert.Contains("nowhere", deleted.Errors);
    }

    [Fact]
    public async Task A_refused_order_has_a_line_for_each_violation_with_its_place_in_the_file()
    {
        var run = await CreateAsync("""{ "note": [{ "author": "x" }], "serviceOrderItem": [{ "id": "1", "service": {} }] }""");

        Assert.Equal((ExitCode.Refused, ""), (run.ExitCode, run.Output));
        var lines = run.Errors.TrimEnd().Split(Environment.NewLine);
        Assert.StartsWith("error: ", lines[0]);
        Assert.EndsWith("[REQUEST_INVALID]", lines[0]);
        Assert.Equal(["  /note/0/text", "  /serviceOrderItem/0/action"], lines[1..].Select(line => line.Split(": ")[0]));
    }

    [Theory]
    [InlineData("""{ "serviceOrderItem": [ """, "")]
    [InlineData("""{ "serviceOrderItem": [{ "action": "explode" }] }""", "/serviceOrderItem/0/action")]
    [InlineData("""{ "serviceOrderItem": [{ "quantity": "many" }] }""", "/serviceOrderItem/0/quantity")]
    public async Task A_file_that_holds_no_order_is_not_sent(string json, string place)
    {
        var run = await CreateAsync(json, NoServer);

        Assert.Equal((ExitCode.NotDone, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("error: ", run.Errors);
        Assert.Contains(place, run.Errors);
        Assert.DoesNotContain("   at ", run.Errors);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_by_its_address()
    {
        var run = await RunAsync("orders", "list", "--server", NoServer);

        Assert.Equal((ExitCode.NotDone, ""), (run.ExitCode, run.Output));
        Assert.Equal($"error: no answer from {NoServer}: connection refused: nothing listens on port 1 of 127.0.0.1", run.Errors.TrimEnd());
    }

    [Theory]
    [InlineData("orders")]
    [InlineData("orders", "fetch")]
    [InlineData("orders", "create")]
    [InlineData("orders", "get")]
    [InlineData("orders", "patch", "x")]
    [InlineData("orders", "patch", "x", "-f", "no-such-file.json", "--content-type", "text/plain")]
    [InlineData("orders", "delete")]
    [InlineData("orders", "list", "--limit", "many")]
    [InlineData("orders", "list", "--all", "--limit", "1")]
    [InlineData("orders", "list", "--output", "xml")]
    [InlineData("orders", "list", "--server", "nowhere")]
    [InlineData("orders", "create", "--file", "no-such-file.json")]
    public async Task Wrong_usage_is_told_on_stderr(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();

        var exitCode = await CommandLine.RunAsync(args, new InvocationConfiguration { Output = output, Error = errors }, Token);

        Assert.Equal(ExitCode.NotDone, exitCode);
        Assert.NotEmpty(errors.ToString());
        Assert.DoesNotContain("System.", errors.ToString());
    }

    [Theory]
    [InlineData("create")]
    [InlineData("get")]
    [InlineData("list")]
    [InlineData("patch")]
    [InlineData("delete")]
    public async Task Help_ends_with_examples(string command)
    {
        var run = await RunAsync("orders", command, "--help");

        Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.Errors));
        Assert.Matches($@"Examples:\s+service-ordering orders {command} |\| service-ordering orders {command} ", run.Output);
    }

    [Fact]
    public async Task An_interrupted_command_says_so()
    {
        using var silent = new SilentServer();
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var running = RunUntilAsync(interruption.Token, "orders", "get", "x", "--server", silent.Address);
        await silent.Connected;
        await interruption.CancelAsync();

        Assert.Equal(new Run(ExitCode.Interrupted, "", "interrupted" + Environment.NewLine), await running);
    }

    private Task<Run> RunAsync(params string[] args) => RunUntilAsync(Token, args);

    private async Task<Run> RunUntilAsync(CancellationToken interruption, params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        string[] withServer = args.Contains("--server") ? args : [.. args, "--server", server.Address];
        var exitCode = await CommandLine.RunAsync(
            withServer, new InvocationConfiguration { Output = output, Error = errors }, interruption);
        return new Run(exitCode, output.ToString(), errors.ToString());
    }

    private async Task<string> CreateAsync() =>
        IdOf(await RunAsync("orders", "create", "-f", Repository.Example("create-minimal-order.json")));

    private Task<Run> CreateAsync(string json, string? address = null) =>
        WithFileAsync(json, file => RunAsync("orders", "create", "-f", file, "--server", address ?? server.Address));

    private static async Task<Run> WithFileAsync(string json, Func<string, Task<Run>> run)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, json, Token);
            return await run(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string IdOf(Run run) => (string)JsonNode.Parse(run.Output)!["id"]!;

    /// <summary>What was sent is all there; the server may have added to it.</summary>
    private static void AssertContains(JsonNode? actual, JsonNode? sent, string path)
    {
        switch (sent)
        {
            case JsonObject members:
                var actualMembers = actual as JsonObject;
                Assert.All(members, member => AssertContains(actualMembers?[member.Key], member.Value, $"{path}/{member.Key}"));
                break;
            case JsonArray elements:
                Assert.Equal(elements.Count, (actual as JsonArray)?.Count);
                Assert.All(elements, (element, i) => AssertContains(actual![i], element, $"{path}/{i}"));
                break;
            default:
                Assert.True(JsonNode.DeepEquals(actual, sent), $"{path} was {sent} and is {actual}");
                break;
        }
    }

    private sealed record Run(int ExitCode, string Output, string Errors);
}
