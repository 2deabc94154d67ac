using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Fulfillment;

/// <summary>What is done by what an order was a moment ago.</summary>
public sealed class StaleWorkTests : IDisposable
{
    private readonly WorkingServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Lease_is_not_ended_by_a_state_that_the_order_no_longer_has()
    {
        var id = await _server.PlaceAsync(WorkingServer.Order("", "1"));
        await _server.TakeAsync();
        var database = _server.Server.Service<Database>();
        var (row, order) = await database.ReadAsync(async session =>
            (await WorkTable.FindAsync(session, id, "1"), await _server.Server.Service<ResourceTable<ServiceOrder>>().GetAsync(session, id, Sight.All)));

        await HoldAsync(id);

        await Assert.ThrowsAsync<ConflictException>(() => EndAsync(order.Version));
        await EndAsync(order.Version + 1);

        Task EndAsync(long version) => database.WriteAsync(
            Caller.Server,
            async write =>
            {
                await WorkTable.EndAsync(write, row!, "blocked", null, 1, version);
                return true;
            },
            Cancel);
    }

    [Fact]
    public async Task Item_that_stands_still_is_handed_to_nobody_whatever_the_queue_says()
    {
        var held = await _server.PlaceAsync(WorkingServer.Order("", "1"));
        await _server.WaitForAsync(held, "inProgress");
        await HoldAsync(held);
        Assert.Equal(1, await _server.Server.ExecuteAsync("update work set state = 'waiting' where order_id = @held", new { held }));
        var other = await _server.PlaceAsync(WorkingServer.Order("", "1"));

        var taken = await _server.PollAsync(items: 5);

        Assert.Equal(other, Assert.Single(taken).ServiceOrder.Id);
        Assert.Equal("held", (await _server.ReadAsync(held))["state"]!.GetValue<string>());
    }

    private async Task HoldAsync(string id)
    {
        var answer = await _server.Server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", """{"state":"held"}""", ("Content-Type", "application/merge-patch+json"));
        Assert.True((int)answer.Status == 200, answer.Body);
    }
}
