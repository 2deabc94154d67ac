using System.Net;
using ServiceOrdering.Events.V1;
using static ServiceOrdering.Server.Tests.Onap.NbiServer;

namespace ServiceOrdering.Server.Tests.Onap;

/// <summary>An order is deleted by ONAP's NBI whatever its state, and nothing is left of it.</summary>
public sealed class NbiDeleteTests
{
    // Every table that names an order.
    private static readonly string[] Tables =
    [
        "service_order_due where order_id", "service_order_dependency where order_id", "work where order_id", "service_order_suspension where order_id", "cancellation where order_id",
        "jeopardy_due where order_id", "fallout_item where service_order_id", "service_order_value where id", "service_order where id",
    ];

    [Fact]
    public async Task Order_that_a_worker_holds_is_deleted_and_the_workers_report_is_refused()
    {
        using var nbi = new NbiServer();
        var id = await nbi.PlaceAsync(Order("\"requestedCompletionDate\":\"2100-01-01T00:00:00Z\"", Item("1", "add"), Item("2", "add")));
        var held = await nbi.Working.TakeAsync();

        var answer = await nbi.Server.SendAsync(HttpMethod.Delete, $"{V4}/{id}");

        Assert.Equal((HttpStatusCode.NoContent, ""), (answer.Status, answer.Body));
        await nbi.Working.AssertLostAsync(held, report => report.Completion = new());
        Assert.Equal(HttpStatusCode.NotFound, (await nbi.Server.GetAsync($"{V4}/{id}")).Status);
        Assert.Equal("Delete", nbi.Working.EventsOf(id)[^1].Type);
        Assert.Empty(await nbi.Working.PollAsync(seconds: 0));
        AssertGone(nbi, id);
        // TMF641 keeps to its own rule.
        var other = await nbi.PlaceAsync(Order("", Item("1", "add")));
        await nbi.Working.WaitForAsync(other, "inProgress");
        Assert.Equal(HttpStatusCode.Conflict, (await nbi.Server.SendAsync(HttpMethod.Delete, $"{RunningServer.ServiceOrderPath}/{other}")).Status);
    }

    [Fact]
    public async Task Order_that_is_held_or_waits_for_another_or_fell_out_leaves_nothing()
    {
        using var nbi = new NbiServer(("Fulfillment:OnFailure", "hold"));
        var first = await nbi.PlaceAsync(Order("", Item("1", "add")));
        var waiting = await nbi.PlaceAsync(Order($$"""  "orderRelationship":[{"type":"reliesOn","id":"{{first}}"}]""", Item("1", "add")));
        await nbi.Working.WaitForAsync(waiting, "inProgress");
        await nbi.Working.ReportAsync(await nbi.Working.TakeAsync(), report => report.Failure = new() { ErrorMessages = { new Tmf.ServiceOrdering.V4.ServiceOrderItemErrorMessage { Code = "x" } } });
        await nbi.Server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{waiting}", """{"state":"held"}""", ("Content-Type", "application/merge-patch+json"));
        Assert.NotEmpty(nbi.Server.Query<string>("select id from fallout_item where service_order_id = @first", new { first }));
        Assert.NotEmpty(nbi.Server.Query<string>("select order_id from service_order_suspension where order_id = @waiting", new { waiting }));

        foreach (var id in new[] { waiting, first })
            Assert.Equal(HttpStatusCode.NoContent, (await nbi.Server.SendAsync(HttpMethod.Delete, $"{V4}/{id}")).Status);

        AssertGone(nbi, waiting);
        AssertGone(nbi, first);
        Assert.Empty(nbi.Server.Query<string>("select fallout_id from fallout_due"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"requestedCancellationDate\":\"2100-01-01T00:00:00Z\"")]
    public async Task Request_to_cancel_the_order_ends_with_it(string date)
    {
        using var nbi = new NbiServer();
        var id = await nbi.PlaceAsync(Order("", Item("1", "add")));
        await nbi.Working.TakeAsync();
        var task = (await nbi.Server.SendAsync(HttpMethod.Post, "/tmf-api/serviceOrdering/v4/cancelServiceOrder", $$"""{"serviceOrder":{"id":"{{id}}"}{{date}}}""")).Json["id"]!.GetValue<string>();

        await nbi.Server.SendAsync(HttpMethod.Delete, $"{V4}/{id}");
        using var watch = nbi.Server.Events.WatchEvents(new WatchEventsRequest { ResourceIds = { task } }, cancellationToken: Cancel);
        await watch.ResponseStream.MoveNext(Cancel);
        while ((await nbi.Server.GetAsync($"/tmf-api/serviceOrdering/v4/cancelServiceOrder/{task}")).Json["state"]!.GetValue<string>() != "terminatedWithError")
            await watch.ResponseStream.MoveNext(Cancel);

        AssertGone(nbi, id);
    }

    private static void AssertGone(NbiServer nbi, string id) => Assert.All(
        Tables, table => Assert.Equal(0, nbi.Server.Query<long>($"select count(*) from {table} = @id", new { id }).Single()));
}
