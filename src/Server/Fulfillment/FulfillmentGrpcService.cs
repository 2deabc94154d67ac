using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Fulfillment;

internal sealed class FulfillmentGrpcService(
    WorkDispatcher dispatcher, CancellationNotices notices, WorkStore store, Database database, IHostApplicationLifetime lifetime, TimeProvider time) : FulfillmentService.FulfillmentServiceBase
{
    // More come with it where they are found in the same look.
    private static readonly TimeSpan BetweenPolled = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan LongestWaitWithNews = TimeSpan.FromSeconds(1);

    // Items on their way to one worker.
    private const int MostUnsent = 32;

    private const int MostRemembered = 2 * FulfillmentRequests.MostCredit;

    public override async Task StreamWork(IAsyncStreamReader<StreamWorkRequest> requestStream, IServerStreamWriter<StreamWorkResponse> responseStream, ServerCallContext context)
    {
        using var end = new StreamEnd(context, lifetime, time);
        try
        {
            if (!await requestStream.MoveNext(end.Token))
                return;
        }
        catch (OperationCanceledException) when (end.Reason is { } reason)
        {
            throw reason;
        }
        var start = FulfillmentRequests.CheckStart(requestStream.Current);
        var taker = new WorkTaker(start.Worker, start.Capabilities, time.GetUtcNow(), MostUnsent);
        var given = new HashSet<string>();
        var largest = MostRemembered;
        var hasLeft = false;
        dispatcher.Join(taker);
        try
        {
            var reading = ReadCreditAsync(requestStream, taker, end);
            try
            {
                await foreach (var message in taker.Given.ReadAllAsync(end.Token))
                {
                    if (message.Assignment is { } assignment && given.Add(assignment.LeaseToken) && given.Count > largest)
                    {
                        // What is finished need not be remembered; looking costs once for each item.
                        foreach (var ended in await store.FindEndedAsync(given))
                        {
                            given.Remove(ended);
                            taker.Forget(ended);
                        }
                        largest = Math.Max(MostRemembered, 2 * given.Count);
                    }
                    await responseStream.WriteAsync(message, end.Token);
                    if (message.Assignment is null)
                        continue;
                    taker.Sent(message.Assignment);
                    if (taker.Credit > 0)
                        dispatcher.LookAgain();
                }
            }
            catch (OperationCanceledException) when (reading.IsFaulted || end.Reason is not null)
            {
                await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (reading.IsFaulted)
                    await reading;
                throw end.Reason!;
            }
            await reading;
            hasLeft = true;
        }
        finally
        {
            dispatcher.Leave(taker);
            taker.Go();
            // A worker that leaves in order has finished what it has begun; the rest came on credit that cannot be withdrawn.
            await EndAsync(given, hasLeft ? store.GiveBackAsync : store.LoseAsync);
            // What it was never told of counts as no attempt.
            while (taker.Given.TryRead(out var message))
                await EndAsync(message.Assignment is { } assignment ? [assignment.LeaseToken] : [], store.GiveBackAsync);
        }
    }

    public override async Task<PollWorkResponse> PollWork(PollWorkRequest request, ServerCallContext context)
    {
        var (items, wait) = FulfillmentRequests.Check(request);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var taker = new WorkTaker(request.Worker, request.Capabilities, time.GetUtcNow(), items);
        taker.AddCredit(items);
        var response = new PollWorkResponse { Cancellations = { await notices.FindAsync(request.LeaseTokens) } };
        foreach (var token in request.LeaseTokens)
            taker.Hold(token, response.Cancellations.FirstOrDefault(notice => notice.LeaseToken == token)?.Phase ?? CancellationPhase.Unspecified);
        // Who is told something does not wait long, and who leaves it undone does not ask without a pause.
        if (response.Cancellations.Count > 0 && wait > LongestWaitWithNews)
            wait = LongestWaitWithNews;
        dispatcher.Join(taker);
        dispatcher.LookAgain();
        try
        {
            end.CancelAfter(wait);
            await taker.Given.WaitToReadAsync(end.Token);
            if (taker.Credit > 0)
                await Task.Delay(BetweenPolled, time, CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // Nothing in time, or nobody who waits for it.
        }
        finally
        {
            dispatcher.Leave(taker);
            taker.Close();
        }
        var left = WorkTaker.MostUnsentBytes;
        await foreach (var message in taker.Given.ReadAllAsync(CancellationToken.None))
        {
            if (message.Assignment is not { } assignment)
            {
                response.Cancellations.Add(message.Cancellation);
                continue;
            }
            // Large items that come together are not all for one message.
            if (response.Assignments.Count > 0 && assignment.CalculateSize() > left)
                await EndAsync([assignment.LeaseToken], store.GiveBackAsync);
            else
                response.Assignments.Add(assignment);
            left -= assignment.CalculateSize();
        }
        if (context.CancellationToken.IsCancellationRequested)
            await EndAsync(response.Assignments.Select(assignment => assignment.LeaseToken), store.GiveBackAsync);
        return response;
    }

    public override async Task<ReportWorkResponse> ReportWork(ReportWorkRequest request, ServerCallContext context)
    {
        var (token, requestId) = FulfillmentRequests.Check(request);
        return await store.ReportAsync(context.Caller(), token, requestId, request, context.CancellationToken);
    }

    public override async Task<ListWorkItemsResponse> ListWorkItems(ListWorkItemsRequest request, ServerCallContext context)
    {
        var (size, after) = FulfillmentRequests.Check(request);
        var states = request.States.Where(state => state != WorkItemState.Unspecified).Select(state => state.ToString().ToLowerInvariant()).ToList();
        var orderId = request.ServiceOrderId.Length > 0 ? request.ServiceOrderId : null;
        var rows = await database.ScanAsync(
            session => WorkTable.ListAsync(session, states, orderId, after, size + 1), states.Count > 0 && orderId is null ? ["states"] : [], context.CancellationToken);
        var takers = dispatcher.Takers;
        var response = new ListWorkItemsResponse { WorkItems = { rows.Take(size).Select(row => Show(row, takers)) } };
        if (rows.Count > size)
            response.NextPageToken = new LeaseToken(rows[size - 1].OrderId, rows[size - 1].ItemId, "").ToString();
        return response;
    }

    public override Task<ListWorkersResponse> ListWorkers(ListWorkersRequest request, ServerCallContext context) => Task.FromResult(new ListWorkersResponse
    {
        Workers =
        {
            dispatcher.Takers.Select(taker => new Worker
            {
                Name = taker.Name,
                Capabilities = { taker.Capabilities },
                Connected = TmfDate.Of(taker.Connected),
                Credit = taker.Credit,
                Assignments = taker.Count,
            }),
        },
    });

    /// <summary>An item as clients see it.</summary>
    internal static WorkItem Show(WorkRow row, IReadOnlyList<WorkTaker> takers)
    {
        var kind = WorkKind.Parse(row.Kind);
        var shown = new WorkItem
        {
            ServiceOrderId = row.OrderId,
            ItemId = row.ItemId,
            State = System.Enum.Parse<WorkItemState>(row.State, ignoreCase: true),
            Since = At(row.Since),
            Attempt = (int)row.Attempt,
            Worker = row.Worker ?? "",
            Due = row.Due is { } due ? At(due) : null,
            Action = kind.Action,
            ServiceType = kind.ServiceType,
            SpecificationId = kind.SpecificationId,
            Category = kind.Category,
            Priority = (int)row.Priority,
            Customer = row.Customer,
            Cancellation = CancellationNotices.PhaseOf(row.Cancellation),
            HasNoWorker = row.State == "waiting" && !takers.Any(taker => kind.IsIn(taker.Capabilities)),
        };
        if (row.Percentage is { } percentage)
            shown.Percentage = (int)percentage;
        return shown;

        static Timestamp At(long milliseconds) => TmfDate.Of(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
    }

    /// <summary>Reads what the worker says until it has said all. What it says wrong ends the stream.</summary>
    private async Task ReadCreditAsync(IAsyncStreamReader<StreamWorkRequest> requests, WorkTaker taker, StreamEnd end)
    {
        try
        {
            while (await requests.MoveNext(end.Token))
            {
                taker.AddCredit(FulfillmentRequests.CheckCredit(requests.Current, taker.Credit));
                dispatcher.LookAgain();
            }
            // It takes nothing more, and is told what it was promised.
            dispatcher.Leave(taker);
            taker.Close();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await end.CancelAsync();
            throw;
        }
    }

    /// <summary>What was given into a connection that has ended goes back; what was finished or lost by then is left alone.</summary>
    private static async Task EndAsync(IEnumerable<string> given, Func<string, CancellationToken, Task> end)
    {
        foreach (var token in given)
        {
            try
            {
                await end(token, CancellationToken.None);
            }
            catch (RpcException)
            {
                // Its lease runs out by itself.
            }
        }
    }
}
