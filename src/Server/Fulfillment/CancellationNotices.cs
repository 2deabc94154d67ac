using System.Threading.Channels;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.CancelServiceOrders;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Phase = ServiceOrdering.Fulfillment.V1.CancellationPhase;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>
/// Tells the holders of leases of cancellations. What they are told stands with their items in the queue of work; after a commit,
/// while somebody here holds something, it is looked for in an index that has nothing else.
/// </summary>
internal sealed partial class CancellationNotices : BackgroundService
{
    internal const string All =
        """
        select work.order_id as OrderId, item_id as ItemId, token as Token, work.cancellation as Phase, reason as Reason, answer_by as AnswerBy
        from work left join cancellation on cancellation.order_id = work.order_id where work.cancellation is not null
        """;

    // However long it is, every holder is told it, again and again.
    private const int LongestReason = 1000;

    // Commits that come closer together are looked at together.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(1);

    private readonly Database _database;
    private readonly WorkDispatcher _dispatcher;
    private readonly ILogger<CancellationNotices> _logger;
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public CancellationNotices(Database database, WorkDispatcher dispatcher, ILogger<CancellationNotices> logger)
    {
        _database = database;
        _dispatcher = dispatcher;
        _logger = logger;
        database.Committed += () => _signal.Writer.TryWrite(true);
    }

    /// <summary>What the holder of a lease is told; null for nothing.</summary>
    public static async ValueTask<CancellationNotice?> FindAsync(Session session, WorkRow row)
    {
        if (row.Cancellation is null)
            return null;
        var cancellation = await Cancellation.FindAsync(session, row.OrderId);
        return Notice(new Row
        {
            OrderId = row.OrderId,
            ItemId = row.ItemId,
            Token = row.Token!,
            Phase = row.Cancellation,
            Reason = cancellation?.Reason,
            AnswerBy = cancellation?.AnswerBy?.ToUnixTimeMilliseconds(),
        });
    }

    /// <summary>What there is for leases already.</summary>
    public async ValueTask<IReadOnlyList<CancellationNotice>> FindAsync(IReadOnlyCollection<string> leaseTokens)
    {
        if (leaseTokens.Count == 0)
            return [];
        var rows = await _database.ReadAsync(session => session.ListAsync<Row>(All));
        return [.. rows.Select(Notice).Where(notice => notice.Phase != Phase.Agreed && leaseTokens.Contains(notice.LeaseToken))];
    }

    public static Phase PhaseOf(string? cancellation) => cancellation switch
    {
        CancelServiceOrderLifecycle.Asked => Phase.Assessing,
        CancelServiceOrderLifecycle.Agreed => Phase.Agreed,
        CancelServiceOrderLifecycle.Pending => Phase.Pending,
        CancelServiceOrderLifecycle.Withdrawn => Phase.Withdrawn,
        _ => Phase.Unspecified,
    };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _signal.Reader.ReadAsync(stoppingToken);
            var pause = BetweenLooks;
            try
            {
                await TellAllAsync();
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e);
                pause = PauseAfterFault;
                _signal.Writer.TryWrite(true);
            }
            await Task.Delay(pause, stoppingToken);
        }
    }

    private async Task TellAllAsync()
    {
        var takers = _dispatcher.Takers.Where(taker => taker.HoldsAny).ToList();
        if (takers.Count == 0)
            return;
        foreach (var row in await _database.ReadAsync(session => session.ListAsync<Row>(All)))
        {
            var notice = Notice(row);
            takers.ForEach(taker => taker.Tell(notice));
        }
    }

    private static CancellationNotice Notice(Row row)
    {
        var notice = new CancellationNotice
        {
            LeaseToken = new LeaseToken(row.OrderId, row.ItemId, row.Token).ToString(),
            Phase = PhaseOf(row.Phase),
            Reason = Cut(row.Reason ?? ""),
        };
        if (notice.Phase == Phase.Assessing && row.AnswerBy is { } answerBy)
            notice.AnswerBy = TmfDate.Of(DateTimeOffset.FromUnixTimeMilliseconds(answerBy));
        return notice;
    }

    private static string Cut(string text) =>
        text.Length <= LongestReason ? text : text[..(char.IsHighSurrogate(text[LongestReason - 1]) ? LongestReason - 1 : LongestReason)];

    [LoggerMessage(LogLevel.Error, "Workers could not be told of cancellations; this is tried again")]
    private partial void LogFailed(Exception cause);

    private sealed class Row
    {
        public required string OrderId { get; init; }

        public required string ItemId { get; init; }

        public required string Token { get; init; }

        public required string Phase { get; init; }

        public string? Reason { get; init; }

        public long? AnswerBy { get; init; }
    }
}
