using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>Ends leases that ran out, and pauses that are over.</summary>
internal sealed partial class DueItems(Database database, WorkStore work, ErrorLogLimit admission, ILogger<DueItems> logger) : IDue
{
    internal const string First = "select min(due) from work where due is not null";

    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);

    public string Earliest => First;

    public async Task WorkAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(session => WorkTable.DueAsync(session, now, limit));
        await Task.WhenAll(rows.Select(row => EndAsync(row, cancellationToken)));
    }

    private async Task EndAsync(WorkRow row, CancellationToken cancellationToken)
    {
        try
        {
            if (row.State == "leased")
                await work.LoseAsync(row, isExpired: true, cancellationToken);
            else
                await WakeAsync(row, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (admission.Admit("due item") is { } leftOut)
                LogNotEnded(e, row.ItemId, row.OrderId, leftOut);
            await WakeAsync(row, cancellationToken);
        }
    }

    /// <summary>Lets an item be tried again; one whose lease cannot be ended is seen again in a moment.</summary>
    private Task<bool> WakeAsync(WorkRow row, CancellationToken cancellationToken) => database.WriteAsync(
        Caller.Server,
        async write =>
        {
            if (row.State == "leased")
                await WorkTable.PutOffAsync(write, row, write.Clock + PauseAfterFault);
            else
                await WorkTable.WakeAsync(write, row);
            return true;
        },
        cancellationToken);

    [LoggerMessage(LogLevel.Error, "The lease on item {ItemId} of the order {OrderId} could not be ended, which is tried again; {LeftOut} like it were left out of the log")]
    private partial void LogNotEnded(Exception cause, string itemId, string orderId, int leftOut);
}
