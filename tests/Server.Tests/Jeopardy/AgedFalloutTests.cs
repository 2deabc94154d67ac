using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Tests.Fulfillment;

namespace ServiceOrdering.Server.Tests.Jeopardy;

/// <summary>Items that fell out and wait for somebody to decide.</summary>
public sealed class AgedFalloutTests
{
    [Fact]
    public async Task Fallout_that_nobody_decides_about_is_told_once_each_time_that_it_fell_out()
    {
        using var server = new FalloutServer(("Jeopardy:FalloutAfter", "00:00:01"));
        var (id, item) = await server.FallOutAsync();
        await server.Working.WaitForAsync(id, order => Alerts(order) == 1);

        await server.RetryAsync(item);
        await server.FailAsync();
        var order = await server.Working.WaitForAsync(id, order => Alerts(order) == 2);

        var alert = order["jeopardyAlert"]![1]!;
        Assert.Equal(("falloutAge", "1"), (alert["jeopardyType"]!.GetValue<string>(), alert["serviceOrderItem"]![0]!["itemId"]!.GetValue<string>()));
        Assert.Empty(server.Server.Query<string>("select fallout_id from fallout_due"));
        Assert.Equal(2, server.Working.EventsOf(id).Count(told => told.Type == "Jeopardy"));
    }

    [Fact]
    public async Task Fallout_that_is_decided_in_time_is_not_told_of()
    {
        using var server = new FalloutServer();
        var (_, retried) = await server.FallOutAsync();
        var (_, failed) = await server.FallOutAsync();
        Assert.Equal(2, server.Server.Query<string>("select fallout_id from fallout_due").Count);

        await server.RetryAsync(retried);
        await server.Fallout.FailFalloutItemAsync(new FailFalloutItemRequest { Id = failed.Id }, cancellationToken: Cancel);

        Assert.Empty(server.Server.Query<string>("select fallout_id from fallout_due"));
    }

    private static int Alerts(System.Text.Json.Nodes.JsonNode order) => order["jeopardyAlert"]?.AsArray().Count ?? 0;
}
