using System.Diagnostics;
using Grpc.Core;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.Events;

/// <summary>One call of WatchEvents: what a cursor comes to, as messages.</summary>
internal sealed class EventStream(
    EventCursor cursor, Database database, EventTypes types, ResumeTokens tokens, EventFilter filter, string baseAddress,
    IServerStreamWriter<WatchEventsResponse> responses, UnreadableEvents unreadable, AnswerShare share, bool tellsActors, CancellationToken cancellationToken)
{
    // Small messages share a packet, but nothing piles up unsent.
    private const long MostUnflushed = 16 * 1024;
    private const int Overhead = 512;

    private static readonly WriteOptions Flushed = new();
    private static readonly WriteOptions Buffered = new(WriteFlags.BufferHint);

    // Whether it is sent with the next one is known when that is there.
    private WatchEventsResponse? _next;
    private long _unflushed;

    public async Task RunAsync(WatchEventsRequest request)
    {
        await cursor.OpenAsync();
        if (request.IncludeSnapshot && request.ResumeToken.Length == 0)
        {
            await SendSnapshotAsync();
        }
        else if (request.FromStart && request.ResumeToken.Length == 0)
        {
            await SendKeptAsync();
        }
        else
        {
            cursor.MoveTo(request.ResumeToken.Length == 0 ? await database.ReadAsync(EventLog.LastAsync) : await tokens.ReadAsync(request.ResumeToken));
            await SendAsync(Checkpoint(), 0, isLast: true);
        }

        while (true)
        {
            var before = cursor.Position;
            CursorStep? step = await cursor.NextAsync(cancellationToken);
            while (step is { } at)
            {
                var bytes = BytesOf(at);
                if (!await TryMakeRoomAsync(bytes))
                {
                    // Who waits for room has nothing: the event is found again.
                    (step, at) = (null, default);
                    cursor.MoveTo(before);
                    await share.BeginAsync(bytes, cancellationToken);
                    break;
                }
                before = cursor.Position;
                await TellAsync(at, before);
                step = cursor.TryFind();
            }
            await FlushAsync();
        }
    }

    private static int BytesOf(CursorStep step) => Overhead + (step.Event?.Body.Length ?? 0);

    private async Task TellAsync(CursorStep step, long position)
    {
        if (step.Kind == CursorStepKind.Gone)
            throw await tokens.ExpiredAsync();
        if (step.Kind == CursorStepKind.Silent)
        {
            await WriteAsync(Checkpoint());
            return;
        }
        var span = Tracing.StartOfEvent("watch", ActivityKind.Producer, step.Event!.Trace, step.Event.Id, step.Event.Type);
        // Its stream is a call of its own, and a long one.
        if (span is not null && Activity.Current is { } call)
            span.AddLink(new ActivityLink(call.Context));
        try
        {
            await WriteAsync(Response(step.Event, tokens.Write(position)));
        }
        finally
        {
            Tracing.End(span);
        }
    }

    private async Task SendSnapshotAsync()
    {
        var snapshot = await EventSnapshot.StartAsync(database, types, filter);
        cursor.MoveTo(snapshot.Start);
        await SendAsync(new WatchEventsResponse { SnapshotStart = new SnapshotStart() }, 0, isLast: true);
        await foreach (var (resource, id, body) in snapshot.ReadAsync(cancellationToken))
            await SendAsync(SnapshotItem(resource, id, body), body.Length, isLast: false);
        while (await cursor.FindAsync(snapshot.End, cancellationToken) is { } step)
        {
            if (step.Kind == CursorStepKind.Gone)
                throw await tokens.ExpiredAsync();
            // Its token would resume within the snapshot, which there is no such thing as.
            if (!snapshot.Shows(step.Event!))
                await SendAsync(new WatchEventsResponse(Response(step.Event!, "")) { ResumeToken = "" }, step.Event!.Body.Length, isLast: false);
        }
        var complete = new SnapshotComplete { ItemCount = snapshot.Count };
        await SendAsync(new WatchEventsResponse { ResumeToken = tokens.Write(snapshot.End), SnapshotComplete = complete }, 0, isLast: true);
    }

    /// <summary>Sends the events that there are, and then that these were all.</summary>
    private async Task SendKeptAsync()
    {
        var bounds = await database.ReadAsync(EventLog.BoundsAsync);
        cursor.MoveTo(bounds.Oldest - 1);
        await SendAsync(Checkpoint(), 0, isLast: true);
        while (await cursor.FindAsync(bounds.Last, cancellationToken) is { } step)
        {
            if (step.Kind == CursorStepKind.Gone)
                throw await tokens.ExpiredAsync();
            await SendAsync(Response(step.Event!, tokens.Write(cursor.Position)), step.Event!.Body.Length, isLast: false);
        }
        await SendAsync(Checkpoint(), 0, isLast: true);
    }

    /// <summary>An event, or that there was one which cannot be told.</summary>
    private WatchEventsResponse Response(LoggedEvent logged, string token)
    {
        try
        {
            var response = logged.Response(baseAddress, types, tokens);
            return tellsActors || response.Actor.Length == 0 ? response : new WatchEventsResponse(response) { Actor = "" };
        }
        catch (Exception e)
        {
            unreadable.Report(logged, e);
            return new WatchEventsResponse
            {
                ResumeToken = token,
                Unreadable = new UnreadableEvent { EventId = logged.Id, EventType = logged.Type, ResourceId = logged.ResourceId },
            };
        }
    }

    /// <summary>A resource, or that there is one which cannot be told.</summary>
    private WatchEventsResponse SnapshotItem(WatchedResource resource, string id, string body)
    {
        try
        {
            return new WatchEventsResponse { SnapshotItem = resource.Read(body, baseAddress) };
        }
        catch (Exception e)
        {
            unreadable.ReportResource(resource.Name, id, e);
            return new WatchEventsResponse { Unreadable = new UnreadableEvent { ResourceId = id } };
        }
    }

    private WatchEventsResponse Checkpoint() => new() { ResumeToken = tokens.Write(cursor.Position), Checkpoint = new Checkpoint() };

    /// <summary>Sends what is not to be left for want of room.</summary>
    private async ValueTask SendAsync(WatchEventsResponse response, int size, bool isLast)
    {
        var bytes = Overhead + size;
        if (!await TryMakeRoomAsync(bytes))
        {
            await share.BeginAsync(bytes, cancellationToken);
            _unflushed = bytes;
        }
        await WriteAsync(response);
        if (isLast)
            await FlushAsync();
    }

    /// <summary>Makes room for a message beside those that are to go along with it; where there is none, for it alone.</summary>
    private async ValueTask<bool> TryMakeRoomAsync(long bytes)
    {
        if (_unflushed > 0 && (_unflushed + bytes > MostUnflushed || !share.Grow(_unflushed + bytes)))
            await FlushAsync();
        if (_unflushed == 0 && !share.TryBegin(bytes))
            return false;
        _unflushed += bytes;
        return true;
    }

    private async ValueTask WriteAsync(WatchEventsResponse response)
    {
        if (_next is { } previous)
            await WriteAsync(previous, Buffered);
        _next = response;
    }

    private async ValueTask FlushAsync()
    {
        if (_next is not { } last)
            return;
        await WriteAsync(last, Flushed);
        _next = null;
        _unflushed = 0;
        share.Dispose();
    }

    private Task WriteAsync(WatchEventsResponse response, WriteOptions options)
    {
        responses.WriteOptions = options;
        return responses.WriteAsync(response, cancellationToken);
    }
}
