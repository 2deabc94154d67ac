using ServiceOrdering.Cli;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client.Tests;

/// <summary>Orders in danger, listed.</summary>
public sealed class JeopardyCommandTests
{
    [Fact]
    public async Task Orders_in_danger_are_listed_with_their_alerts_until_they_are_final()
    {
        await using var server = await RunningServer.StartAsync();
        await using var client = server.Connect();
        var request = Orders.Minimal();
        request.ServiceOrder.RequestedCompletionDate = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(DateTime.UtcNow.AddSeconds(2));
        var id = (await client.ServiceOrders.CreateServiceOrderAsync(request, cancellationToken: TestContext.Current.CancellationToken)).ServiceOrder.Id;
        await CommandRun.PlaceAsync(server);

        var listed = await CommandRun.UntilAsync(server, run => run.Json.AsArray().Count > 0, "orders", "jeopardy");
        var table = await CommandRun.OfAsync(server, "orders", "jeopardy", "--type", "completionDateMissed", "--filter", "state=inProgress", "--all", "-o", "table");
        var others = await CommandRun.OfAsync(server, "orders", "jeopardy", "--type", "noWorker", "--type", "weather");
        await CommandRun.OfAsync(server, "orders", "jeopardy");
        await client.ServiceOrders.PatchServiceOrderAsync(
            new PatchServiceOrderRequest { Id = id, Patch = new() { ContentType = "application/merge-patch+json", Data = Google.Protobuf.ByteString.CopyFromUtf8("""{"state":"cancelled"}""") } },
            cancellationToken: TestContext.Current.CancellationToken);
        var final = await CommandRun.OfAsync(server, "orders", "jeopardy");

        Assert.Equal((ExitCode.Done, id), (listed.ExitCode, (string?)Assert.Single(listed.Json.AsArray())!["id"]));
        Assert.Matches($@"(?m)^ *{id} +inProgress +\S+ \S+Z +completionDateMissed +\S+ \S+Z +The order was to be completed by", table.Output);
        Assert.Empty(others.Json.AsArray());
        Assert.Empty(final.Json.AsArray());
    }
}
