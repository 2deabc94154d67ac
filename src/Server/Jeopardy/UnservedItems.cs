using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Jeopardy;

/// <summary>Tells of items that have waited for long with no worker connected to any server that takes their kind.</summary>
internal sealed partial class UnservedItems(
    Database database, ResourceTable<ServiceOrder> orders, IOptions<JeopardyOptions> options, ErrorLogLimit admission, TimeProvider time, ILogger<UnservedItems> logger) : IDue
{
    /// <summary>Since when an item waits that was told of.</summary>
    internal const long Told = long.MaxValue;

    internal const string First = "select min(due) from work_kind";

    internal const string Due = "select kind as Kind, served as Served, due as Due from work_kind where due <= @now order by due limit @limit";

    internal const string Items =
        """
        select order_id from work where state = 'waiting' and kind = @kind and coalesce(unserved_since, since) <= @until
        order by coalesce(unserved_since, since) limit @limit
        """;

    internal const string FirstOfKind =
        "select coalesce(unserved_since, since) from work where state = 'waiting' and kind = @kind order by coalesce(unserved_since, since) limit 1";

    private const string Mark =
        """
        update work set unserved_since = @since
        where order_id = @orderId and state = 'waiting' and kind = @kind and coalesce(unserved_since, since) <= @until
        """;

    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);

    private long After => (long)options.Value.NoWorkerAfter.TotalMilliseconds;

    public string Earliest => First;

    public async Task WorkAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        var kinds = await database.ReadAsync(session => session.ListAsync<DueKind>(
            Due, Parameters.Of("now", now.ToUnixTimeMilliseconds()).With("limit", limit)));
        foreach (var kind in kinds)
        {
            if (limit > 0)
                limit -= await WorkAsync(kind, now.ToUnixTimeMilliseconds() - After, limit, cancellationToken);
        }
    }

    /// <summary>Tells of a kind's items that wait since long ago.</summary>
    /// <returns>How many there were.</returns>
    private async Task<int> WorkAsync(DueKind kind, long until, int limit, CancellationToken cancellationToken)
    {
        var isServed = After == 0 || kind.Served > until;
        var items = isServed ? [] : await database.ReadAsync(session => session.ListAsync<string>(Items, Parameters.Of("kind", kind.Kind).With("until", until).With("limit", limit)));
        await Task.WhenAll(items.Distinct().Select(order => TellAsync(order, kind.Kind, until, cancellationToken)));
        if (items.Count < limit)
            await SetNextAsync(kind, cancellationToken);
        return items.Count;
    }

    /// <summary>Tells of the items of an order. One that cannot be written is put off, and holds up no other.</summary>
    private async Task TellAsync(string orderId, string kind, long until, CancellationToken cancellationToken)
    {
        try
        {
            await Database.RetryAsync(() => TellOnceAsync(orderId, kind, until, cancellationToken));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (admission.Admit("unserved item") is { } leftOut)
                LogNotTold(e, orderId, leftOut);
            var putOff = until + (long)PauseAfterFault.TotalMilliseconds;
            await database.WriteAsync(Caller.Server, write => write.Session.ExecuteAsync(Mark, Marks(orderId, kind, until, putOff)), cancellationToken);
        }
    }

    private async Task<bool> TellOnceAsync(string orderId, string kind, long until, CancellationToken cancellationToken)
    {
        var (stored, items) = await database.ReadAsync(async session => (
            await orders.FindAsync(session, orderId, Sight.All),
            await session.ListAsync<string>(
                "select item_id from work where order_id = @orderId and state = 'waiting' and kind = @kind and coalesce(unserved_since, since) <= @until",
                Parameters.Of("orderId", orderId).With("kind", kind).With("until", until))));
        if (items.Count == 0)
            return false;
        var after = stored?.Resource.Clone();
        var draft = after is not null && JeopardyAlerts.NoWorker(after, items, WorkKind.Parse(kind), options.Value.NoWorkerAfter, time.GetUtcNow()) ? new Draft<ServiceOrder>(after) : null;
        return await database.WriteAsync(
            Caller.Server,
            async write =>
            {
                // None was taken meanwhile, nor has another come.
                await write.Session.SendAsync(Mark, Marks(orderId, kind, until, Told), expect: items.Count);
                if (draft is not null)
                    await orders.WriteAsync(write, stored, draft);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Has the kind looked at again when the next of its items has waited for long, unless a worker was seen since.</summary>
    private Task<bool> SetNextAsync(DueKind kind, CancellationToken cancellationToken) => database.WriteAsync(
        Caller.Server,
        async write =>
        {
            var first = await write.Session.FindAsync<long?>(FirstOfKind, Parameters.Of("kind", kind.Kind)) ?? Told;
            if (first == Told || After == 0)
            {
                await write.Session.SendAsync("delete from work_kind where kind = @kind and due = @due", Parameters.Of("kind", kind.Kind).With("due", kind.Due));
            }
            else
            {
                await write.Session.SendAsync(
                    "update work_kind set due = @next where kind = @kind and due = @due",
                    Parameters.Of("next", Math.Max(first, kind.Served) + After).With("kind", kind.Kind).With("due", kind.Due));
            }
            return true;
        },
        cancellationToken);

    private static Parameters Marks(string orderId, string kind, long until, long since) =>
        Parameters.Of("since", since).With("orderId", orderId).With("kind", kind).With("until", until);

    private sealed record DueKind(string Kind, long Served, long Due);

    [LoggerMessage(LogLevel.Error, "It could not be told that items of the order {OrderId} wait for a worker, which is tried again; {LeftOut} like it were left out of the log")]
    private partial void LogNotTold(Exception cause, string orderId, int leftOut);
}
