using System.Text.Json;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Jeopardy;

/// <summary>
/// Keeps in the database for which kinds of waiting items a worker is connected, since no server knows the workers of the others.
/// There are few kinds, however many items wait.
/// </summary>
internal sealed partial class ServedKinds(
    Database database, WorkDispatcher dispatcher, IOptions<JeopardyOptions> options, TimeProvider time, ILogger<ServedKinds> logger) : BackgroundService
{
    private const int LooksPerAlert = 4;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>The kinds that wait, since when the first of each does that was not told of, and when that is too long ago.</summary>
    internal const string Waiting =
        $"""
        {WorkTable.Kinds}
        select kinds.kind as Kind, (
            select coalesce(work.unserved_since, work.since) from work
            where work.state = 'waiting' and work.kind = kinds.kind order by coalesce(work.unserved_since, work.since) limit 1) as Since, work_kind.due as Due
        from kinds left join work_kind on work_kind.kind = kinds.kind where kinds.kind is not null limit 1000
        """;

    /// <summary>The kinds that a worker of any server was seen for of late; nothing where nobody looks.</summary>
    public async ValueTask<IReadOnlySet<WorkKind>> SeenAsync()
    {
        var since = time.GetUtcNow() - options.Value.NoWorkerAfter;
        var kinds = await database.ReadAsync(session => session.ListAsync<string>(
            "select kind from work_kind where served > @since limit 1000", Parameters.Of("since", since.ToUnixTimeMilliseconds())));
        return kinds.Select(WorkKind.Parse).ToHashSet();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var after = options.Value.NoWorkerAfter;
        if (after == TimeSpan.Zero)
            return;
        var pause = TimeSpan.FromTicks(Math.Clamp(after.Ticks / LooksPerAlert, ShortestPause.Ticks, LongestPause.Ticks));
        using var timer = new PeriodicTimer(pause, time);
        do
        {
            try
            {
                await LookAsync((long)after.TotalMilliseconds, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(long after, CancellationToken cancellationToken)
    {
        var seen = dispatcher.TakeSeen();
        var kinds = (await database.ReadAsync(session => session.ListAsync<WaitingKind>(Waiting))).FindAll(kind => kind.Since < UnservedItems.Told);
        var served = kinds.FindAll(kind => seen.Any(WorkKind.Parse(kind.Kind).IsIn));
        var others = kinds.FindAll(kind => kind.Due is null && !served.Contains(kind));
        if (served.Count + others.Count == 0)
            return;
        await database.WriteAsync(
            Caller.Server,
            async write =>
            {
                var clock = write.Clock.ToUnixTimeMilliseconds();
                if (served.Count > 0)
                {
                    await write.Session.SendAsync(
                        $"""
                        insert into work_kind (kind, served, due)
                        select value, @clock, @due from ({write.Session.Each("@kinds")}) served where true
                        on conflict (kind) do update set served = excluded.served, due = excluded.due
                        """,
                        Parameters.Of("clock", clock).With("due", clock + after).With("kinds", JsonSerializer.Serialize(served.Select(kind => kind.Kind))));
                }
                foreach (var kind in others)
                {
                    await write.Session.SendAsync(
                        "insert into work_kind (kind, served, due) values (@kind, 0, @due) on conflict (kind) do nothing", Parameters.Of("kind", kind.Kind).With("due", kind.Since + after));
                }
                return true;
            },
            cancellationToken);
    }

    private sealed record WaitingKind
    {
        public required string Kind { get; init; }

        public required long Since { get; init; }

        public long? Due { get; init; }
    }

    [LoggerMessage(LogLevel.Warning, "It could not be kept which items workers are connected for, which is tried again: {Reason}")]
    private partial void LogFailed(string reason);
}
