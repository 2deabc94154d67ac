using System.CommandLine;
using System.Text.Json.Nodes;
using ServiceOrdering.Cli;

namespace ServiceOrdering.Client.Tests;

public sealed class HubCommandTests(RunningServer server) : IClassFixture<RunningServer>
{
    // Nobody listens there.
    private const string Callback = "http://127.0.0.1:1/listener";

    [Fact]
    public async Task A_registered_listener_is_shown_and_can_be_removed()
    {
        var query = $"eventType=ServiceOrderDeleteEvent&eventId.ne={Guid.NewGuid()}";
        var added = await RunAsync("hub", "add", Callback, "--query", query, "--format", "cloudEvents");
        var id = (string?)Json(added)["id"];

        Assert.Equal((Callback, query, "cloudEvents"), ((string?)Json(added)["callback"], (string?)Json(added)["query"], (string?)Json(added)["format"]));
        Assert.Equal(added, await RunAsync("hub", "get", id!));
        Assert.Contains(id, Json(await RunAsync("hub", "list")).AsArray().Select(listed => (string?)listed!["id"]));
        Assert.Matches($"(?m)^ *{id} +active +0 ", (await RunAsync("hub", "list", "-o", "table")).Output);
        Assert.Matches($"(?m)^ *callback +{Callback}", (await RunAsync("hub", "get", id!, "-o", "table")).Output);
        Assert.Equal("[]", (await RunAsync("hub", "attempts", id!)).Output.Trim());

        Assert.Equal(ExitCode.Refused, (await RunAsync("hub", "add", Callback, "--query", query)).ExitCode);
        Assert.Equal($"removed {id}", (await RunAsync("hub", "remove", id!, "-o", "table")).Output.Trim());
        Assert.Equal(ExitCode.Refused, (await RunAsync("hub", "remove", id!)).ExitCode);
    }

    [Fact]
    public async Task A_listener_that_is_away_can_be_resumed_replayed_to_and_given_a_new_secret()
    {
        var added = await RunAsync("hub", "add", Callback, "--query", $"eventId.ne={Guid.NewGuid()}", "--generate-secret");
        var id = (string)Json(added)["id"]!;
        await RunAsync("orders", "create", "-f", Repository.Example("create-minimal-order.json"));
        JsonArray attempts;
        do
        {
            attempts = Json(await RunAsync("hub", "attempts", id)).AsArray();
        }
        while (attempts.Count == 0);

        Assert.Contains("could not be connected to", (string?)attempts[^1]!["error"]);
        Assert.Contains("could not be connected to", (await RunAsync("hub", "attempts", id, "-o", "table")).Output);
        Assert.Equal(ExitCode.Done, (await RunAsync("hub", "resume", id)).ExitCode);
        var token = (string)attempts[^1]!["resumeToken"]!;
        Assert.Equal(token, (string?)Json(await RunAsync("hub", "replay", id, "--after", token))["delivery"]!["resumeToken"]);
        Assert.Equal(ExitCode.Refused, (await RunAsync("hub", "replay", id, "--after", "none")).ExitCode);
        var rotated = (string?)Json(await RunAsync("hub", "rotate-secret", id, "--keep-previous", "01:00:00"))["secret"];
        Assert.StartsWith("whsec_", rotated);
        Assert.NotEqual((string?)Json(added)["secret"], rotated);
    }

    [Fact]
    public async Task A_listener_of_the_nbi_is_registered_and_listed_by_its_api()
    {
        var added = await RunAsync("hub", "add", Callback, "--api", "nbi", "--query", "eventType = ServiceOrderCreationNotification");
        var id = (string)Json(added)["id"]!;

        Assert.Equal(("nbi", "eventType=ServiceOrderCreationNotification"), ((string?)Json(added)["api"], (string?)Json(added)["query"]));
        Assert.Equal(id, (string?)Assert.Single(Json(await RunAsync("hub", "list", "--api", "nbi")).AsArray())!["id"]);
        Assert.Equal(ExitCode.Refused, (await RunAsync("hub", "add", Callback, "--api", "nbi", "--query", "eventType=ServiceOrderCreateEvent")).ExitCode);
        await RunAsync("hub", "remove", id);
    }

    private static JsonNode Json(Run run)
    {
        Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.Errors));
        return JsonNode.Parse(run.Output)!;
    }

    private async Task<Run> RunAsync(params string[] arguments)
    {
        var configuration = new InvocationConfiguration { Output = new StringWriter(), Error = new StringWriter() };
        var exitCode = await CommandLine.RunAsync([.. arguments, "--server", server.Address], configuration, TestContext.Current.CancellationToken);
        return new Run(exitCode, configuration.Output.ToString()!, configuration.Error.ToString()!);
    }

    private sealed record Run(int ExitCode, string Output, string Errors);
}
