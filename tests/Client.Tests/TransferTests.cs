using System.Text.Json;
using System.Text.Json.Nodes;
using ServiceOrdering.Cli;
using ServiceOrdering.Cli.Transfer;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client.Tests;

/// <summary>Two servers.</summary>
public sealed class TransferServers : IAsyncLifetime
{
    public RunningServer From { get; private set; } = null!;

    public RunningServer To { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        From = await RunningServer.StartAsync(("Checking:Mode", "Manual"));
        To = await RunningServer.StartAsync(("Checking:Mode", "Manual"));
    }

    public async ValueTask DisposeAsync()
    {
        await From.DisposeAsync();
        await To.DisposeAsync();
    }
}

/// <summary>Orders and services from one server to another, as lines of JSON.</summary>
public sealed class TransferTests(TransferServers servers) : IClassFixture<TransferServers>, IDisposable
{
    // What only the server sets.
    private static readonly string[] OfServer = ["id", "href", "state", "orderDate"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("service-ordering-transfer-");
    private readonly string _group = Guid.NewGuid().ToString();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private RunningServer From => servers.From;

    private RunningServer To => servers.To;

    private string Orders => Path.Combine(_folder.FullName, "orders.ndjson");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task An_export_makes_the_same_orders_and_services_elsewhere_and_makes_them_once()
    {
        string[] placed = [await CommandRun.PlaceAsync(From), await CommandRun.PlaceAsync(From, "create-fiber-order.json")];
        var service = (string)(await CommandRun.OfAsync(From, "services", "create", "-f", Repository.Example("create-broadband-service.json"))).Json["id"]!;
        var services = await CommandRun.OfAsync(From, "export", "services", "--filter", $"id={service}");
        var exported = await CommandRun.OfAsync(From, "export", "orders", "--filter", $"id={string.Join(',', placed)}", "-O", Orders);
        await File.AppendAllTextAsync(Orders, services.Output, Token);

        var first = await CommandRun.OfAsync(To, "import", Orders, "-o", "jsonl");
        var again = await CommandRun.OfAsync(To, "import", Orders);

        Assert.Equal((ExitCode.Done, ""), (exported.ExitCode, exported.Output));
        Assert.StartsWith("exported 2 orders", exported.Errors);
        Assert.Single(_folder.GetFiles());
        Assert.True(first.ExitCode == ExitCode.Done, first.Errors);
        Assert.StartsWith("imported 3: 3 new,", first.Errors);
        Assert.StartsWith("imported 3: 0 new, 3 were there already,", again.Errors);
        var ids = Told(first).ToDictionary(line => (string)line["id"]!, line => (string)line["newId"]!);
        foreach (var id in placed)
        {
            Assert.Equal(await ContentAsync(From, "orders", id), await ContentAsync(To, "orders", ids[id]));
        }

        Assert.Equal(await ContentAsync(From, "services", service), await ContentAsync(To, "services", ids[service]));
    }

    [Fact]
    public async Task An_import_that_was_broken_off_goes_on_where_it_was()
    {
        const int Count = 300;
        await File.WriteAllLinesAsync(Orders, Enumerable.Range(0, Count).Select(Line), Token);
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var running = CommandRun.OfAsync(To, interruption.Token, "import", Orders, "--concurrency", "2");
        await CommandRun.UntilAsync(To, run => run.Json.AsArray().Count > 0, "orders", "list", "--filter", $"category={_group}", "--limit", "1");
        await interruption.CancelAsync();
        var broken = await running;
        var resumed = await CommandRun.OfAsync(To, "import", Orders);

        Assert.Equal(ExitCode.Interrupted, broken.ExitCode);
        Assert.Contains("--from-line ", broken.Errors);
        Assert.True(resumed.ExitCode == ExitCode.Done, resumed.Errors);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{i:000}"), await ExternalIdsAsync());
    }

    [Fact]
    public async Task An_import_outlives_a_server_that_is_killed_and_makes_nothing_twice()
    {
        const int Count = 300;
        await File.WriteAllLinesAsync(Orders, Enumerable.Range(0, Count).Select(Line), Token);

        var running = CommandRun.OfAsync(To, "import", Orders, "--concurrency", "4");
        await CommandRun.UntilAsync(To, run => run.Json.AsArray().Count > 0, "orders", "list", "--filter", $"category={_group}", "--limit", "1");
        await To.RestartAsync();
        var run = await running;

        Assert.True(run.ExitCode == ExitCode.Done, run.Errors);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{i:000}"), await ExternalIdsAsync());
    }

    [Fact]
    public async Task Lines_alike_without_an_id_are_orders_of_their_own()
    {
        await File.WriteAllLinesAsync(Orders, [Line(1), "", Line(1)], Token);

        await CommandRun.OfAsync(To, "import", Orders);
        var again = await CommandRun.OfAsync(To, "import", Orders, "-o", "jsonl");

        Assert.Equal(["001", "001"], await ExternalIdsAsync());
        var told = Told(again);
        Assert.Equal([1, 3], told.Select(line => (int)line["line"]!).Order());
        Assert.All(told, line => Assert.True((bool)line["replayed"]!));
    }

    [Fact]
    public async Task A_line_that_fails_isTold_by_its_number_and_ends_the_import()
    {
        await File.WriteAllLinesAsync(Orders, [Line(1), """{"serviceOrderItem":[{"id":"1","service":{}}]}""", Line(3)], Token);

        var run = await CommandRun.OfAsync(To, "import", Orders, "--concurrency", "1");

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("line 2: the server refused it [REQUEST_INVALID]", run.Errors);
        Assert.Contains("  /serviceOrderItem/0/action: ", run.Errors);
        Assert.Contains("--from-line 2", run.Errors);
        Assert.Equal(["001"], await ExternalIdsAsync());
    }

    [Fact]
    public async Task All_that_can_be_done_is_done_where_that_is_wanted()
    {
        string[] lines = ["{", """{"a":1}""", Line(3), """{"serviceOrderItem":[{"action":"explode"}]}""", $$"""{"id":"x",{{Line(5)[1..]}}""", $$"""{"id":"x",{{Line(6)[1..]}}"""];
        await File.WriteAllLinesAsync(Orders, lines, Token);

        var run = await CommandRun.OfAsync(To, "import", Orders, "--continue-on-error", "--concurrency", "1");

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Matches("(?m)^line 1: ", run.Errors);
        Assert.Contains("line 2: it does not say what it is", run.Errors);
        Assert.Contains("line 4: some members do not fit", run.Errors);
        Assert.Contains("line 6: was imported within the last day with other content", run.Errors);
        Assert.Contains("imported 2: 2 new, 4 failed", run.Errors);
        Assert.Equal(["003", "005"], await ExternalIdsAsync());
    }

    [Fact]
    public async Task An_export_that_was_broken_off_goes_on_where_it_was()
    {
        var filter = $"description={_group}";
        await using var client = From.Connect();
        var placed = Enumerable.Range(0, 1100).Select(_ => client.ServiceOrders.CreateServiceOrderAsync(Tests.Orders.Minimal(_group), cancellationToken: Token).ResponseAsync);
        await Task.WhenAll(placed);
        var page = await client.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Filter = filter, Limit = 500 }, cancellationToken: Token);
        var whole = await CommandRun.OfAsync(From, "export", "orders", "--filter", filter);
        var lines = whole.Output.TrimEnd().Split('\n');
        var begun = string.Join('\n', lines[..500]) + "\n";
        // As a program leaves it that was killed: the first page is noted, the second one half written.
        await File.WriteAllTextAsync($"{Orders}.partial", begun + lines[500][..20], Token);
        var note = new ExportState($"{From.Address}/", "orders", filter, page.NextPageToken, begun.Length, 500, 1100);
        await File.WriteAllBytesAsync($"{Orders}.partial.json", JsonSerializer.SerializeToUtf8Bytes(note), Token);

        var resumed = await CommandRun.OfAsync(From, "export", "orders", "--filter", filter, "-O", Orders);

        Assert.Contains("going on after 500 orders", resumed.Errors);
        Assert.Equal(whole.Output, await File.ReadAllTextAsync(Orders, Token));
        Assert.Single(_folder.GetFiles());
    }

    private string Line(int number) => $$$"""{"externalId":"{{{number:000}}}","category":"{{{_group}}}","serviceOrderItem":[{"id":"1","action":"add","service":{"name":"line"}}]}""";

    private async Task<IEnumerable<string>> ExternalIdsAsync()
    {
        var list = await CommandRun.OfAsync(To, "orders", "list", "--all", "--filter", $"category={_group}", "--fields", "externalId");
        return list.Json.AsArray().Select(order => (string)order!["externalId"]!).Order(StringComparer.Ordinal);
    }

    private static List<JsonNode> Told(CommandRun run) => [.. run.Output.TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!)];

    private static async Task<string> ContentAsync(RunningServer server, string kind, string id)
    {
        var content = (await CommandRun.OfAsync(server, kind, "get", id)).Json.AsObject();
        Array.ForEach(OfServer, member => Assert.True(content.Remove(member) || member == "orderDate", member));
        return content.ToJsonString();
    }
}
