using System.Net;
using System.Net.Sockets;
using System.Text;
using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Server.Tests.Hub;

/// <summary>A listener that closes a connection which it was kept open for, just when the next event is on its way.</summary>
public sealed class ClosedConnectionTests : IDisposable
{
    private static readonly byte[] Taken = Encoding.ASCII.GetBytes("HTTP/1.1 204 No Content\r\n\r\n");
    private readonly RunningServer _server = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public void Dispose()
    {
        _listener.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task Event_on_a_connection_that_was_just_closed_is_sent_again_at_once()
    {
        _listener.Start();
        var subscription = new EventSubscription { Callback = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/" };
        var id = (await _server.Subscriptions().CreateEventSubscriptionAsync(
            new CreateEventSubscriptionRequest { EventSubscription = subscription }, cancellationToken: Cancel)).EventSubscription.Id;
        await _server.PlaceOrderAsync();
        await _server.PlaceOrderAsync();

        using (var first = await _listener.AcceptSocketAsync(Cancel))
        {
            await ReadAsync(first);
            await first.SendAsync(Taken, Cancel);
            await ReadAsync(first);
        }
        using var second = await _listener.AcceptSocketAsync(Cancel);
        await ReadAsync(second);
        await second.SendAsync(Taken, Cancel);

        var delivery = await _server.WaitForAsync(id, delivery => delivery.Lag == 0);
        Assert.Null(delivery.LastFailure);
    }

    [Fact]
    public async Task Listener_that_closes_every_connection_has_one_attempt_at_a_time()
    {
        _listener.Start();
        var subscription = new EventSubscription { Callback = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/" };
        var id = (await _server.Subscriptions().CreateEventSubscriptionAsync(
            new CreateEventSubscriptionRequest { EventSubscription = subscription }, cancellationToken: Cancel)).EventSubscription.Id;
        await _server.PlaceOrderAsync();

        using (var only = await _listener.AcceptSocketAsync(Cancel))
            await ReadAsync(only);

        var delivery = await _server.WaitForAsync(id, delivery => delivery.FailedAttempts > 0);
        Assert.Equal((1, false), (delivery.FailedAttempts, _listener.Pending()));
    }

    // Headers and body come in one piece or in two.
    private static async Task ReadAsync(Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (!text.ToString().TrimEnd().EndsWith('}'))
        {
            var count = await socket.ReceiveAsync(buffer, Cancel);
            Assert.True(count > 0);
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
    }
}
