using Grpc.Core;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

/// <summary>One call of WatchEvents: what a cursor comes to, as messages.</summary>
internal sealed class EventStream(
    EventCursor cursor, Database database, EventTypes types, ResumeTokens tokens, EventFilter filter, string baseAddress,
    IServerStreamWriter<WatchEventsResponse> responses, UnreadableEvents unreadable, CancellationToken cancellationToken)
{
    // Small messages share a packet, but nothing piles up unsent.
    private const int MostUnflushed = 16;

    private static readonly WriteOptions Flushed = new();
    private static readonly WriteOptions Buffered = new(WriteFlags.BufferHint);

    private int _unflushed;

    public async Task RunAsync(WatchEventsRequest request)
    {
        await cursor.OpenAsync();
        if (request.IncludeSnapshot && request.ResumeToken.Length == 0)
        {
            await SendSnapshotAsync();
        }
        else
        {
            cursor.MoveTo(request.ResumeToken.Length == 0 ? await database.ReadAsync(EventLog.LastAsync) : await tokens.ReadAsync(request.ResumeToken));
            await SendCheckpointAsync();
        }

        while (true)
        {
            CursorStep? step = await cursor.NextAsync(cancellationToken);
            while (step is { } at)
            {
                var position = cursor.Position;
                step = cursor.TryFind();
                await TellAsync(at, position, isLast: step is null);
            }
        }
    }

    private async Task TellAsync(CursorStep step, long position, bool isLast)
    {
        if (step.Kind == CursorStepKind.Gone)
            throw await tokens.ExpiredAsync();
        if (step.Kind == CursorStepKind.Silent)
            await SendCheckpointAsync();
        else
            await SendAsync(Response(step.Event!, tokens.Write(position)), isLast);
    }

    private async Task SendSnapshotAsync()
    {
        var snapshot = await EventSnapshot.StartAsync(database, types, filter);
        cursor.MoveTo(snapshot.Start);
        await SendAsync(new WatchEventsResponse { SnapshotStart = new SnapshotStart() }, isLast: true);
        await foreach (var (resource, id, body) in snapshot.ReadAsync(cancellationToken))
            await SendAsync(SnapshotItem(resource, id, body), isLast: false);
        while (await cursor.FindAsync(snapshot.End, cancellationToken) is { } step)
        {
            if (step.Kind == CursorStepKind.Gone)
                throw await tokens.ExpiredAsync();
            // Its token would resume within the snapshot, which there is no such thing as.
            if (!snapshot.Shows(step.Event!))
                await SendAsync(new WatchEventsResponse(Response(step.Event!, "")) { ResumeToken = "" }, isLast: false);
        }
        var complete = new SnapshotComplete { ItemCount = snapshot.Count };
        await SendAsync(new WatchEventsResponse { ResumeToken = tokens.Write(snapshot.End), SnapshotComplete = complete }, isLast: true);
    }

    /// <summary>An event, or that there was one which cannot be told.</summary>
    private WatchEventsResponse Response(LoggedEvent logged, string token)
    {
        try
        {
            return logged.Response(baseAddress, types, tokens);
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

    private Task SendCheckpointAsync() =>
        SendAsync(new WatchEventsResponse { ResumeToken = tokens.Write(cursor.Position), Checkpoint = new Checkpoint() }, isLast: true);

    private Task SendAsync(WatchEventsResponse response, bool isLast)
    {
        _unflushed = isLast || _unflushed == MostUnflushed ? 0 : _unflushed + 1;
        responses.WriteOptions = _unflushed == 0 ? Flushed : Buffered;
        return responses.WriteAsync(response, cancellationToken);
    }
}
