using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.CancelServiceOrders;

/// <summary>Takes cancellations on when their date has come, when something has happened to their orders, and when nobody has answered in time.</summary>
internal sealed partial class DueCancellations(
    Database database, CancelServiceOrderStore store, ErrorLogLimit admission, ILogger<DueCancellations> logger) : IDue
{
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);

    public string Earliest => Cancellation.First;

    public async Task WorkAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        var due = await database.ReadAsync(session => Cancellation.ListDueAsync(session, now, limit));
        await Task.WhenAll(due.Select(each => LookAsync(each, now, cancellationToken)));
    }

    /// <summary>Looks at one. One that cannot be dealt with is put off, and holds up no other.</summary>
    private async Task LookAsync(Cancellation due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await store.LookAsync(due.OrderId, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (admission.Admit("cancellation") is { } leftOut)
                LogNotLookedAt(e, due.OrderId, leftOut);
            await database.WriteAsync(
                Caller.Server,
                async write =>
                {
                    await due.PutOffAsync(write, now + PauseAfterFault);
                    return true;
                },
                cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Error, "The cancellation of the order {OrderId} could not be taken on, which is tried again; {LeftOut} like it were left out of the log")]
    private partial void LogNotLookedAt(Exception cause, string orderId, int leftOut);
}
