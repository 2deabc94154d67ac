using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Http;
using ServiceOrdering.Server.Tests.Fulfillment;
using ServiceOrdering.Server.Tests.Hub;

namespace ServiceOrdering.Server.Tests.Onap;

/// <summary>A server that is killed between two bodies of one event.</summary>
public sealed class NbiCrashTests : IDisposable
{
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Server_that_is_killed_between_two_bodies_of_an_event_begins_again_with_the_first_and_loses_none()
    {
        await using var listener = await Listener.StartAsync();
        listener.Answer = (http, delivery) =>
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return delivery.Told() == "item 2 held" ? Task.Delay(Timeout.Infinite, http.RequestAborted) : Task.CompletedTask;
        };
        using (var server = await ServerProcess.StartAsync(_database, Cancel, ("Checking:Mode", "Asynchronous"), ("Webhooks:Timeout", "00:05:00")))
        using (var http = new HttpClient { BaseAddress = server.Rest })
        {
            using var subscribed = await http.PostAsJsonAsync(NbiListeners.HubPath, new { callback = listener.Callback, query = NbiListeners.AboutOrders }, Cancel);
            Assert.Equal(HttpStatusCode.Created, subscribed.StatusCode);
            using var order = new StringContent(WorkingServer.Order("", "1", "2"), Encoding.UTF8, "application/json");
            using var placed = await http.PostAsync(RunningServer.ServiceOrderPath, order, Cancel);
            Assert.Equal(HttpStatusCode.Created, placed.StatusCode);
            await listener.WaitAsync(2);
            using var held = new StringContent("""{"state":"held"}""", Encoding.UTF8, "application/merge-patch+json");
            using var patched = await http.PatchAsync(placed.Headers.Location, held, Cancel);
            Assert.Equal(HttpStatusCode.OK, patched.StatusCode);
            await listener.WaitAsync(2);
            server.Kill();
        }

        listener.Answers(204);
        using (await ServerProcess.StartAsync(_database, Cancel))
            await listener.WaitAsync(3);

        var received = listener.Received;
        Assert.Equal(
            ["creation acknowledged", "state inProgress", "item 1 held", "item 2 held", "item 1 held", "item 2 held", "state held"], received.Told());
        // What came again is known by its id, and is as it was.
        Assert.Equal((received[2].EventId, received[2].Body, received[3].EventId, received[3].Body), (received[4].EventId, received[4].Body, received[5].EventId, received[5].Body));
        Assert.Equal(5, received.Select(delivery => delivery.EventId).Distinct().Count());
    }
}
