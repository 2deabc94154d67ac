using System.Diagnostics.CodeAnalysis;
using Grpc.Core;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Fulfillment.V1;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client;

/// <summary>
/// An item that a worker was given, under a lease that is renewed as long as its handler runs. What its methods report is
/// durable when they return.
/// </summary>
/// <remarks>
/// They repeat a report that was lost on the way, as long as the lease lives. They fail with
/// <see cref="ServiceOrderingException"/>: with <see cref="ErrorReason.LeaseLost"/> when the item is no longer the worker's,
/// and with <see cref="ErrorReason.ServiceOrderChangeForbidden"/> when the order does not allow what is reported.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Without a timer the source holds nothing but memory; the lease may be lost after the handler has ended.")]
public sealed class WorkAssignment
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestLimit = TimeSpan.FromSeconds(5);

    private readonly FulfillmentService.FulfillmentServiceClient _fulfillment;
    private readonly Assignment _assignment;
    private readonly TimeProvider _time;
    private readonly TimeSpan _leaseDuration;
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _gate = new();
    private Func<CancellationNotice, Task<bool>> _decide = _ => Task.FromResult(true);
    private CancellationPhase _phase;
    private bool _isDeciding;
    private long _extended;
    private volatile bool _isLost;

    internal WorkAssignment(FulfillmentService.FulfillmentServiceClient fulfillment, Assignment assignment, TimeProvider time)
    {
        _fulfillment = fulfillment;
        _assignment = assignment;
        _time = time;
        _leaseDuration = assignment.LeaseDuration.ToTimeSpan();
        _extended = time.GetTimestamp();
    }

    /// <summary>What is to be done. Its id is that of the item within the order.</summary>
    public ServiceOrderItem Item => _assignment.Item;

    /// <summary>The order, without its items, as it was when the item was handed over.</summary>
    public ServiceOrder ServiceOrder => _assignment.ServiceOrder;

    /// <summary>Which attempt this is, from 1.</summary>
    public int Attempt => _assignment.Attempt;

    /// <summary>Ids of the services that the order's other items are about so far, by the ids of the items.</summary>
    public IReadOnlyDictionary<string, string> ServiceIds => _assignment.ServiceIds.AsReadOnly();

    /// <summary>
    /// Names the lease. Whatever the worker asks of other systems can carry it, so that what an earlier holder asked for is
    /// told apart.
    /// </summary>
    public string LeaseToken => _assignment.LeaseToken;

    /// <summary>
    /// How far a cancellation of the order is with this item, as the server has said last. After
    /// <see cref="CancellationPhase.Withdrawn"/> work goes on as if nobody had asked.
    /// </summary>
    public CancellationPhase CancellationPhase
    {
        get
        {
            lock (_gate)
            {
                return _phase;
            }
        }
    }

    /// <summary>
    /// Whether the item is to be cancelled: everybody has agreed, and the handler's token has fired. The handler undoes what it
    /// has done and ends; the lease is kept for as long as that takes. What it does then must not use the token that has fired.
    /// </summary>
    public bool IsCancelled => CancellationPhase == CancellationPhase.Pending;

    internal CancellationToken Ended => _ended.Token;

    /// <summary>Whether the lease lives, as far as this side knows.</summary>
    internal bool HasLease => !_isLost && Remaining > TimeSpan.Zero;

    private TimeSpan Remaining => _leaseDuration - _time.GetElapsedTime(Volatile.Read(ref _extended));

    /// <summary>Tells how much is done.</summary>
    /// <param name="percentage">0 to 100.</param>
    /// <param name="cancellationToken">Ends the wait; whether the report is kept is then not known.</param>
    public Task ReportProgressAsync(int percentage, CancellationToken cancellationToken = default) =>
        SendAsync(new ReportWorkRequest { Renewal = new Renewal { Percentage = percentage } }, cancellationToken);

    /// <summary>Tells that a milestone is reached. The order gets it, with the time and this item; an event tells of it.</summary>
    /// <param name="milestone">The milestone. From one with the name <c>PointOfNoReturn</c> on the item cannot be cancelled.</param>
    /// <param name="cancellationToken">Ends the wait; whether the report is kept is then not known.</param>
    public Task ReportMilestoneAsync(ServiceOrderMilestone milestone, CancellationToken cancellationToken = default) =>
        SendNamedAsync(new ReportWorkRequest { Milestone = milestone }, cancellationToken);

    /// <summary>Tells that something is at risk. The order gets the alert, with the time and this item; an event tells of it.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="cancellationToken">Ends the wait; whether the report is kept is then not known.</param>
    public Task ReportJeopardyAsync(ServiceOrderJeopardyAlert alert, CancellationToken cancellationToken = default) =>
        SendNamedAsync(new ReportWorkRequest { JeopardyAlert = alert }, cancellationToken);

    /// <summary>Tells that the item stands still: it is held. The lease stays.</summary>
    /// <param name="reason">Why, for people; becomes a note of the order.</param>
    /// <param name="cancellationToken">Ends the wait; whether the report is kept is then not known.</param>
    public Task HoldAsync(string reason, CancellationToken cancellationToken = default) =>
        SendNamedAsync(new ReportWorkRequest { Hold = new Hold { Reason = reason } }, cancellationToken);

    /// <summary>Tells that the item goes on after having stood still.</summary>
    /// <param name="cancellationToken">Ends the wait; whether the report is kept is then not known.</param>
    public Task ResumeAsync(CancellationToken cancellationToken = default) =>
        SendNamedAsync(new ReportWorkRequest { Resumption = new Resumption() }, cancellationToken);

    /// <summary>
    /// Says who decides whether the item can be cancelled when its order is asked to be. Work goes on meanwhile, and until all
    /// others have agreed too.
    /// </summary>
    /// <remarks>
    /// <para>Where this is not called, the item can be: nobody is refused by a worker that knows nothing of cancellations, and
    /// its handler is told by its token to end. A handler that does what cannot be undone should call this first of all, or
    /// report the milestone <c>PointOfNoReturn</c>, from which on the server refuses by itself.</para>
    /// <para>What was agreed to stands: after that, do nothing that cannot be undone.</para>
    /// </remarks>
    /// <param name="decide">
    /// True to agree, false to refuse; an exception refuses with its message as the reason. It is called beside the handler, and
    /// again for each new request, or where its answer may not have arrived.
    /// </param>
    public void OnCancellation(Func<CancellationNotice, Task<bool>> decide)
    {
        ArgumentNullException.ThrowIfNull(decide);
        lock (_gate)
        {
            _decide = decide;
        }
    }

    /// <summary>Takes what the server says about a cancellation of the item: on the stream, and in its answers to reports, again and again.</summary>
    internal void Notice(CancellationNotice notice)
    {
        var (isAsked, isCancelled) = (false, false);
        lock (_gate)
        {
            // What is to be cancelled stays so; an answer to an earlier report may arrive late.
            if (_phase != CancellationPhase.Pending)
            {
                _phase = notice.Phase;
                isCancelled = notice.Phase == CancellationPhase.Pending;
                isAsked = notice.Phase == CancellationPhase.Assessing && !_isDeciding;
                _isDeciding |= isAsked;
            }
        }

        if (isCancelled)
        {
            End(isLost: false);
        }
        else if (isAsked)
        {
            _ = Task.Run(() => AnswerAsync(notice));
        }
    }

    private async Task AnswerAsync(CancellationNotice notice)
    {
        try
        {
            await SendNamedAsync(new ReportWorkRequest { CancellationAnswer = await DecideAsync(notice) }, CancellationToken.None);
        }
        catch (RpcException)
        {
            // Where an answer is still waited for, the next renewal asks again.
        }
        finally
        {
            lock (_gate)
            {
                _isDeciding = false;
            }
        }
    }

    private async Task<CancellationAnswer> DecideAsync(CancellationNotice notice)
    {
        Func<CancellationNotice, Task<bool>> decide;
        lock (_gate)
        {
            decide = _decide;
        }

        try
        {
            return new CancellationAnswer { Agreed = await decide(notice) };
        }
        catch (Exception refusal)
        {
            return new CancellationAnswer { Agreed = false, Reason = refusal.Message };
        }
    }

    /// <summary>Extends the lease again and again, until it is lost or this is cancelled.</summary>
    internal async Task KeepAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (HasLease)
            {
                await Task.Delay(_leaseDuration / 3, _time, cancellationToken);
                try
                {
                    await SendAsync(new ReportWorkRequest { Renewal = new Renewal() }, cancellationToken);
                }
                catch (RpcException)
                {
                    // As long as the lease lives, the next one may succeed.
                }
            }

            End(isLost: true);
        }
        catch (OperationCanceledException)
        {
            // Its handler has come to an end.
        }
    }

    /// <summary>Sends a report, again and again where it is lost on the way and the lease lives.</summary>
    internal async Task<ReportWorkResponse> SendAsync(ReportWorkRequest report, CancellationToken cancellationToken)
    {
        report.LeaseToken = LeaseToken;
        // The first of several that arrive is the one that extends the lease.
        var sent = _time.GetTimestamp();
        for (var failures = 0; ; failures++)
        {
            // Whether a lease is lost that seems to have run out is for the server to say.
            var limit = report.Renewal is null && Remaining < ShortestLimit ? ShortestLimit : Remaining;
            try
            {
                var response = await _fulfillment.ReportWorkAsync(report, deadline: DateTime.UtcNow + limit, cancellationToken: cancellationToken);
                if (response.LeaseExpires is not null)
                {
                    Volatile.Write(ref _extended, Math.Max(sent, Volatile.Read(ref _extended)));
                }

                if (response.Cancellation is { } notice)
                {
                    Notice(notice);
                }

                return response;
            }
            catch (ServiceOrderingException refusal) when (refusal.ErrorReason == ErrorReason.LeaseLost)
            {
                End(isLost: true);
                throw;
            }
            catch (RpcException failure) when (Backoff.IsPassing(failure.StatusCode) && HasLease)
            {
                await Task.Delay(Backoff.Pause(failures, ShortestPause, LongestPause), _time, cancellationToken);
            }
        }
    }

    /// <summary>Tells the handler that it is to end.</summary>
    internal void End(bool isLost)
    {
        _isLost |= isLost;
        _ended.Cancel();
    }

    private Task<ReportWorkResponse> SendNamedAsync(ReportWorkRequest report, CancellationToken cancellationToken)
    {
        report.RequestId = Guid.NewGuid().ToString();
        return SendAsync(report, cancellationToken);
    }
}
