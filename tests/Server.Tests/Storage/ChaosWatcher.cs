using System.Text.Json.Nodes;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Tests.Events;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>One who watches all events, and comes back to the next server, after the last event that it was told, when it loses its own.</summary>
public abstract class ChaosWatcher
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _told = [];

    /// <summary>Done once it watches: what is written from there on it will be told.</summary>
    public Task Started => _started.Task;

    /// <summary>How often it came back.</summary>
    public int Returns { get; protected set; }

    /// <summary>The ids of all events that it was told.</summary>
    public IReadOnlyList<string> Told
    {
        get
        {
            lock (_told)
                return [.. _told];
        }
    }

    public abstract Task RunAsync(Replicas replicas, CancellationToken cancellationToken);

    protected void Begin() => _started.TrySetResult();

    protected void Add(string eventId)
    {
        lock (_told)
            _told.Add(eventId);
    }
}

/// <summary>With the client of the SDK.</summary>
public sealed class GrpcWatcher : ChaosWatcher
{
    public override async Task RunAsync(Replicas replicas, CancellationToken cancellationToken)
    {
        using var client = replicas.Grpc();
        var options = new EventWatcherOptions { LongestPause = TimeSpan.FromSeconds(1), Interrupted = _ => Returns++ };
        try
        {
            await foreach (var response in new EventWatcher(client.Events, new WatchEventsRequest(), options).WithCancellation(cancellationToken))
            {
                Begin();
                Assert.Null(response.Unreadable);
                if (response.Event is { } happened)
                    Add(happened.EventId());
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The test has seen enough.
        }
    }
}

/// <summary>As a browser does.</summary>
public sealed class BrowserWatcher : ChaosWatcher
{
    public override async Task RunAsync(Replicas replicas, CancellationToken cancellationToken)
    {
        using var http = replicas.Http();
        for (var last = ""; !cancellationToken.IsCancellationRequested;)
        {
            try
            {
                (string, string)[] after = last.Length > 0 ? [("Last-Event-ID", last)] : [];
                using var stream = await EventStreamReader.OpenAsync(http, "/events/v1/watch", after);
                using var closing = cancellationToken.Register(stream.Dispose);
                while (await stream.NextAsync() is var next && !cancellationToken.IsCancellationRequested)
                {
                    Begin();
                    if (next.Data.Length > 0)
                        Add((string)JsonNode.Parse(next.Data)!["eventId"]!);
                    last = next.Id;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException || cancellationToken.IsCancellationRequested)
            {
                Returns++;
            }
        }
    }
}
