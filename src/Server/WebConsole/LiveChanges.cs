using System.Threading.Channels;
using Grpc.Core;
using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Server.WebConsole;

/// <summary>
/// Tells an open page that something has happened that it shows, at most twice a second, as Server-Sent Events: the page then fetches
/// itself anew. Nothing is kept for it here but that it has to be told.
/// </summary>
internal static class LiveChanges
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static void Map(IEndpointRouteBuilder console) => console.MapPage("/live", Methods.WatchEvents, TellAsync);

    private static async Task<IResult> TellAsync(Visit visit)
    {
        var http = visit.Http;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var changes = new Changes();
        var request = new WatchEventsRequest { Query = visit.Query("query"), EventTypes = { visit.QueryAll("type") }, ResourceIds = { visit.QueryAll("resource") } };
        var watch = visit.WatchAsync(request, changes, end.Token);
        // What is refused is refused before anything is sent.
        if (await Task.WhenAny(watch, changes.Begun) == watch)
            await watch;
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await SendAsync("retry: 2000\nevent: open\ndata:\n\n");
            while (!watch.IsCompleted)
            {
                await Task.WhenAny(watch, changes.Happened, Task.Delay(Heartbeat, end.Token));
                var isChange = changes.Take();
                await SendAsync(isChange ? "event: change\ndata:\n\n" : ":\n\n");
                if (isChange)
                    await Task.WhenAny(watch, Task.Delay(Pause, end.Token));
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody looks any more.
        }
        finally
        {
            await end.CancelAsync();
            // For whichever reason it has ended, the page asks again.
            await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return Results.Empty;

        async Task SendAsync(string text)
        {
            await http.Response.WriteAsync(text, end.Token);
            await http.Response.Body.FlushAsync(end.Token);
        }
    }

    /// <summary>Takes the messages of a watch, and keeps of them that there were some.</summary>
    private sealed class Changes : IServerStreamWriter<WatchEventsResponse>
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Channel<bool> _pending = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        private Task? _happened;

        public WriteOptions? WriteOptions { get; set; }

        /// <summary>Ends when nothing is missed any more.</summary>
        public Task Begun => _begun.Task;

        /// <summary>Ends when there is something to take.</summary>
        public Task Happened => _happened ??= _pending.Reader.WaitToReadAsync().AsTask();

        /// <summary>Whether something has happened since it was asked last.</summary>
        public bool Take()
        {
            if (!_pending.Reader.TryRead(out _))
                return false;
            _happened = null;
            return true;
        }

        public Task WriteAsync(WatchEventsResponse message, CancellationToken cancellationToken) => WriteAsync(message);

        public Task WriteAsync(WatchEventsResponse message)
        {
            _begun.TrySetResult();
            if (message.ChangeCase is WatchEventsResponse.ChangeOneofCase.Event or WatchEventsResponse.ChangeOneofCase.Unreadable)
                _pending.Writer.TryWrite(true);
            return Task.CompletedTask;
        }
    }
}
