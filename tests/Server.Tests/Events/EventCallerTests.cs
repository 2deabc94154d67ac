using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Tests.Events;

/// <summary>Who made a change and under which trace, as the log keeps it.</summary>
public sealed class EventCallerTests : IDisposable
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("01")]
    [InlineData("00")]
    public async Task The_trace_of_the_call_is_kept_with_the_event(string flags)
    {
        await _server.PostOrderAsync(ExampleOrders.Minimal, ("traceparent", $"00-{Trace}-b7ad6b7169203331-{flags}"));

        var logged = Assert.Single(_server.Log());
        // The span is the server's own.
        Assert.Matches($"^00-{Trace}-(?!b7ad6b7169203331)[0-9a-f]{{16}}-{flags}$", logged.Trace);
        Assert.Null(logged.Actor);
    }

    [Fact]
    public async Task The_name_of_the_caller_is_kept_and_none_for_who_has_none()
    {
        foreach (var caller in new[] { new Caller(new Identity("anna"), "", $"00-{Trace}-b7ad6b7169203331-01"), new Caller(Identity.Anybody, ""), Caller.Server })
        {
            await _server.Service<Database>().WriteAsync(caller, async write =>
            {
                await EventEnvelope.AppendAsync(write, new EventKind("ServiceOrderCreateEvent", "", ""), "serviceOrder", "x", parties: null, "{}");
                return true;
            }, Cancel);
        }

        Assert.Equal(
            [("anna", $"00-{Trace}-b7ad6b7169203331-01"), (null, null), ("server", null)],
            _server.Log().Select(logged => (logged.Actor, logged.Trace)));
    }

    [Fact]
    public async Task Events_of_before_have_neither()
    {
        await _server.PostOrderAsync(ExampleOrders.Minimal);
        await _server.ExecuteAsync("update event_log set actor = null, trace = null");

        var logged = Assert.Single(_server.Log());
        Assert.Equal((null, null), (logged.Actor, logged.Trace));
    }
}
