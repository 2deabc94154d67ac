using Microsoft.Extensions.Options;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Jeopardy;

/// <summary>
/// Tells of items that fell out and that nobody has decided about for long. When that is stands in a table that follows the items
/// and has only those that were not told of.
/// </summary>
internal sealed partial class AgedFallout(
    Database database, ResourceTable<FalloutItem> items, ResourceTable<ServiceOrder> orders, ErrorLogLimit admission, TimeProvider time, ILogger<AgedFallout> logger) : IDue
{
    internal const string First = "select min(at) from fallout_due";

    internal const string Due = "select fallout_id as FalloutId, at as At from fallout_due where at <= @now order by at limit @limit";

    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);

    public string Earliest => First;

    /// <summary>Brings the table from one state of an item to the next.</summary>
    public static Follower<FalloutItem> Follow(IOptions<JeopardyOptions> options) => (write, before, after) =>
        options.Value.FalloutAfter == TimeSpan.Zero ? ValueTask.CompletedTask
        : after?.Resource is { State: FalloutState.Open } open
            ? before is { State: FalloutState.Open } && before.Since.Equals(open.Since) ? ValueTask.CompletedTask
                : write.Session.SendAsync(
                    "insert into fallout_due (fallout_id, at) values (@id, @at) on conflict (fallout_id) do update set at = excluded.at",
                    Parameters.Of("id", open.Id).With("at", (open.Since.ToDateTimeOffset() + options.Value.FalloutAfter).ToUnixTimeMilliseconds()))
        : before is { State: FalloutState.Open }
            ? write.Session.SendAsync("delete from fallout_due where fallout_id = @id", Parameters.Of("id", before.Id))
        : ValueTask.CompletedTask;

    public async Task WorkAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        var due = await database.ReadAsync(session => session.ListAsync<DueFallout>(Due, Parameters.Of("now", now.ToUnixTimeMilliseconds()).With("limit", limit)));
        await Task.WhenAll(due.Select(each => TellAsync(each, cancellationToken)));
    }

    /// <summary>Tells of an item. One whose order cannot be written is put off, and holds up no other.</summary>
    private async Task TellAsync(DueFallout due, CancellationToken cancellationToken)
    {
        try
        {
            await Database.RetryAsync(() => TellOnceAsync(due, cancellationToken));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (admission.Admit("aged fallout") is { } leftOut)
                LogNotTold(e, due.FalloutId, leftOut);
            var next = (time.GetUtcNow() + PauseAfterFault).ToUnixTimeMilliseconds();
            await database.WriteAsync(
                Caller.Server,
                write => write.Session.ExecuteAsync("update fallout_due set at = @next where fallout_id = @id and at = @seen", Seen(due).With("next", next)),
                cancellationToken);
        }
    }

    private async Task<bool> TellOnceAsync(DueFallout due, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var item = await database.ReadAsync(session => items.FindAsync(session, due.FalloutId, Sight.All));
        var stored = item is null ? null : await database.ReadAsync(session => orders.FindAsync(session, item.Resource.ServiceOrderId, Sight.All));
        var after = stored?.Resource.Clone();
        var isTold = after is not null && item!.Resource.State == FalloutState.Open && JeopardyAlerts.FalloutAged(after, item.Resource.ItemId, item.Resource.Since.ToDateTimeOffset(), now);
        var draft = isTold ? new Draft<ServiceOrder>(after!) : null;
        return await database.WriteAsync(
            Caller.Server,
            async write =>
            {
                // Nobody has decided meanwhile.
                await write.Session.SendAsync("delete from fallout_due where fallout_id = @id and at = @seen", Seen(due), expect: 1);
                if (draft is not null)
                    await orders.WriteAsync(write, stored, draft);
                return isTold;
            },
            cancellationToken);
    }

    private static Parameters Seen(DueFallout due) => Parameters.Of("id", due.FalloutId).With("seen", due.At);

    private sealed record DueFallout(string FalloutId, long At);

    [LoggerMessage(LogLevel.Error, "It could not be told that the fallout item {FalloutId} waits for long, which is tried again; {LeftOut} like it were left out of the log")]
    private partial void LogNotTold(Exception cause, string falloutId, int leftOut);
}
