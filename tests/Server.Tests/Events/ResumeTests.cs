using ServiceOrdering.Client;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Storage;
using static ServiceOrdering.Events.V1.WatchEventsResponse;

namespace ServiceOrdering.Server.Tests.Events;

/// <summary>Nothing is missing, whatever happens to the connection, the watcher or the database.</summary>
public sealed class ResumeTests : IDisposable
{
    private const int Callers = 8;
    private const int OrdersEach = 940;

    // 12 MB: more than the tail holds, and than a connection takes while nobody reads.
    private const int LargeOrders = 120;

    private readonly RunningServer _server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watcher_that_is_cut_off_a_hundred_times_during_writes_sees_every_event_in_order()
    {
        using var proxy = new CuttingProxy(_server.GrpcAddress);
        using var client = ServiceOrderingClient.Connect(proxy.Address.ToString());
        using var begun = _server.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: Cancellation);
        Assert.True(await begun.ResponseStream.MoveNext(Cancellation));
        var watcher = new EventWatcher(client.Events, new WatchEventsRequest { ResumeToken = begun.ResponseStream.Current.ResumeToken });

        var writes = _server.WriteAsync(Callers, OrdersEach, Cancellation);
        var seen = new List<string>();
        var cuts = 0;
        await foreach (var message in watcher.WithCancellation(Cancellation))
        {
            if (message.ChangeCase != ChangeOneofCase.Event)
                continue;
            seen.Add(message.Event.EventId());
            if (seen.Count % 100 == 0)
            {
                proxy.Cut();
                cuts++;
            }
            if (message.Event.IsLast())
                break;
        }
        await writes;

        Assert.True(cuts >= 100, $"There were only {cuts} cuts.");
        Assert.True(seen.Count >= 10_000);
        Assert.Equal(_server.EventIds(), seen);
    }

    [Fact]
    public async Task A_watcher_that_stops_reading_harms_nobody_and_finds_everything_later()
    {
        using var slow = _server.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: Cancellation);
        using var quick = _server.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: Cancellation);
        Assert.True(await slow.ResponseStream.MoveNext(Cancellation));
        Assert.True(await quick.ResponseStream.MoveNext(Cancellation));

        await _server.WriteAsync(Callers, 300, Cancellation);
        var expected = _server.EventIds();

        Assert.Equal(expected, await ReadAsync(quick, expected.Count));
        Assert.Equal(expected, await ReadAsync(slow, expected.Count));
    }

    [Fact]
    public async Task A_slow_watcher_gets_what_is_too_large_to_be_kept_in_memory()
    {
        using var slow = _server.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: Cancellation);
        Assert.True(await slow.ResponseStream.MoveNext(Cancellation));

        await _server.WriteLargeAsync(LargeOrders, Cancellation);
        var expected = _server.EventIds();
        var held = await HeldByTailAsync();

        Assert.InRange(held.Sum(logged => (long)logged.Body.Length), 7 << 20, 8 << 20);
        Assert.Equal(expected[^held.Count..], held.Select(logged => logged.Id));
        Assert.Equal(expected, await ReadAsync(slow, expected.Count));
    }

    [Fact]
    public async Task A_slow_watcher_is_told_that_all_of_its_next_events_are_gone()
    {
        using var slow = _server.Events.WatchEvents(new WatchEventsRequest(), deadline: DateTime.UtcNow.AddSeconds(30), cancellationToken: Cancellation);
        Assert.True(await slow.ResponseStream.MoveNext(Cancellation));
        await _server.WriteLargeAsync(LargeOrders, Cancellation);
        Assert.InRange((await HeldByTailAsync()).Count, 1, LargeOrders - 20);

        await TrimAsync(LargeOrders);

        Assert.Empty(_server.EventIds());
        var end = await Assert.ThrowsAnyAsync<ServiceOrderingException>(() => ReadAsync(slow, LargeOrders));
        Assert.Equal((Grpc.Core.StatusCode.OutOfRange, ErrorReason.ResumeTokenExpired), (end.StatusCode, end.ErrorReason));
        Assert.Equal(_server.Service<ResumeTokens>().Write(LargeOrders), end.Metadata["oldestToken"]);
    }

    [Fact]
    public async Task A_token_older_than_what_is_kept_is_refused_and_the_oldest_one_is_named()
    {
        using var call = _server.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: Cancellation);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        var token = call.ResponseStream.Current.ResumeToken;
        await _server.WriteAsync(1, 3, Cancellation);
        await TrimAsync(2);
        var kept = _server.EventIds();

        var watcher = new EventWatcher(_server.Events, new WatchEventsRequest { ResumeToken = token });
        var expired = await Assert.ThrowsAsync<ResumeTokenExpiredException>(() => FirstAsync(watcher));
        using var resumed = _server.Events.WatchEvents(new WatchEventsRequest { ResumeToken = expired.OldestToken }, cancellationToken: Cancellation);

        Assert.True(await resumed.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(kept, await ReadAsync(resumed, kept.Count));
        var answer = await _server.GetAsync("/events/v1/watch", ("Last-Event-ID", token));
        answer.IsError(System.Net.HttpStatusCode.Gone, "63");
    }

    [Fact]
    public async Task Events_older_than_the_retention_are_removed_in_small_steps_and_younger_ones_stay()
    {
        await _server.WriteAsync(Callers, 60, Cancellation);
        var all = _server.EventIds();
        var options = Microsoft.Extensions.Options.Options.Create(new EventsOptions { Retention = TimeSpan.FromDays(30) });
        var logger = Microsoft.Extensions.Logging.Abstractions.NullLogger<EventRetention>.Instance;

        using (var early = new EventRetention(_server.Service<Database>(), _server.Service<Leases>(), new LaterTime(TimeSpan.FromDays(29.9)), options, logger))
            await early.TrimAsync(Cancellation);
        var before = _server.EventIds();
        using (var late = new EventRetention(_server.Service<Database>(), _server.Service<Leases>(), new LaterTime(TimeSpan.FromDays(30.1)), options, logger))
            await late.TrimAsync(Cancellation);

        Assert.Equal(all, before);
        Assert.Empty(_server.EventIds());
    }

    [Fact]
    public async Task Event_that_was_written_under_a_wrong_clock_takes_no_younger_ones_along()
    {
        await _server.WriteAsync(Callers, 4, Cancellation);
        await _server.ExecuteAsync("update event_log set time = '2000-01-01T00:00:00.000Z' where position in (1, 3)");
        var all = _server.EventIds();
        var options = Microsoft.Extensions.Options.Options.Create(new EventsOptions { Retention = TimeSpan.FromDays(30) });
        var logger = Microsoft.Extensions.Logging.Abstractions.NullLogger<EventRetention>.Instance;

        using (var retention = new EventRetention(_server.Service<Database>(), _server.Service<Leases>(), TimeProvider.System, options, logger))
            await retention.TrimAsync(Cancellation);

        // The first is as old as it says, for all that anybody knows; behind it comes one that is young.
        Assert.Equal(all.Skip(1), _server.EventIds());
    }

    [Fact]
    public async Task A_running_server_removes_events_older_than_the_retention_by_itself()
    {
        var time = new ControlledTime();
        using var server = new RunningServer(time, ("Events:Retention", "01:00:00"));
        var order = await server.PlaceOrderAsync();
        Assert.Single(server.EventIds());

        time.Move(TimeSpan.FromHours(1));
        var began = TimeProvider.System.GetTimestamp();
        while (server.EventIds().Count > 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), "The event stays.");
            time.Move(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(System.Net.HttpStatusCode.OK, (await server.GetAsync($"{RunningServer.ServiceOrderPath}/{order}")).Status);
    }

    public void Dispose() => _server.Dispose();

    /// <summary>What the tail holds of all that was written, once it has come to the end.</summary>
    private async Task<List<LoggedEvent>> HeldByTailAsync()
    {
        var last = await _server.Service<Database>().ReadAsync(EventLog.LastAsync);
        var tail = _server.Service<EventTail>();
        Assert.True(SpinWait.SpinUntil(() => tail.Last == last, TimeSpan.FromSeconds(30)), $"The tail stays at {tail.Last} of {last}.");
        return [.. Enumerable.Range(1, (int)last).Select(position => tail.Find(position)).OfType<LoggedEvent>()];
    }

    private static async Task<List<string>> ReadAsync(Grpc.Core.AsyncServerStreamingCall<WatchEventsResponse> call, int count)
    {
        var ids = new List<string>();
        while (ids.Count < count && await call.ResponseStream.MoveNext(Cancellation))
        {
            if (call.ResponseStream.Current.Event is { } told)
                ids.Add(told.EventId());
        }
        return ids;
    }

    private static async Task<WatchEventsResponse> FirstAsync(EventWatcher watcher)
    {
        await foreach (var message in watcher.WithCancellation(Cancellation))
            return message;
        throw new InvalidOperationException("The watch ended.");
    }

    private async Task TrimAsync(int limit)
    {
        var lease = Assert.Single(await _server.Service<Leases>().TakeAsync(["trim"], Cancellation));
        await _server.Service<Database>().WriteAsync(Caller.Server, write => EventLog.TrimAsync(write, lease, "9999", limit), Cancellation);
    }

    private sealed class LaterTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
