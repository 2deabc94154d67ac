using System.Data;
using System.Diagnostics;
using System.Threading.Channels;
using Grpc.Core;
using Npgsql;
using ServiceOrdering.Server.Errors;

namespace ServiceOrdering.Server.Storage.Postgres;

/// <summary>
/// The one writer of this server; every server of the database has one. What waits goes into one transaction that first locks
/// the log's counter: only one of them all writes at a time, so that positions are dense and in the order of commits, and
/// nothing that a write has looked at changes under it. Nobody is answered before the commit is known.
/// </summary>
internal sealed partial class PostgresWriter : IAsyncDisposable
{
    private const int LongestQueue = 10_000;
    private const int LargestBatch = 256;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    // Whoever holds the counter holds all: a server that falls silent loses it soon. None of it outlives the transaction, so
    // that connections can be shared by transactions (PgBouncer). The limits are set by the time that the row is locked: rows
    // are locked as the last step of a plan.
    private const string TakeCounter =
        """
        with limits as materialized (
            select set_config('idle_in_transaction_session_timeout', '3000', true), set_config('lock_timeout', '8000', true), set_config('statement_timeout', '8000', true))
        select last, requires, (extract(epoch from clock_timestamp()) * 1000)::bigint from event_position, limits for update of event_position
        """;

    private const string SignCommit =
        """
        insert into writer_commit (writer, batch, time) values (@name, @batch, now())
        on conflict (writer) do update set batch = excluded.batch, time = excluded.time
        """;

    private readonly NpgsqlDataSource _source;
    private readonly int _schema;
    private readonly TimeSpan _patience;
    private readonly DatabaseHealth _health;
    private readonly TimeProvider _time;
    private readonly Action _committed;
    private readonly ILogger _logger;
    private readonly Channel<QueuedWrite> _waiting;
    private readonly Counters _counters = new();
    private readonly List<QueuedWrite> _lost = [];
    private readonly Task _running;
    private NpgsqlConnection? _connection;
    private volatile bool _closing;
    private readonly string _name = Guid.NewGuid().ToString("N");
    private long _batch;
    private bool _isUnconfirmed;

    /// <param name="source">Where connections come from.</param>
    /// <param name="schema">The number of the last step of the schema that this program knows.</param>
    /// <param name="patience">How long a write waits for a database that does not answer, before its caller is told.</param>
    /// <param name="health">Is told what the database does.</param>
    /// <param name="time">Tells when a write is made.</param>
    /// <param name="committed">Called after a commit and before its callers are answered.</param>
    /// <param name="logger">Is told of what nobody foresaw.</param>
    public PostgresWriter(NpgsqlDataSource source, int schema, TimeSpan patience, DatabaseHealth health, TimeProvider time, Action committed, ILogger logger)
    {
        _source = source;
        _schema = schema;
        _patience = patience;
        _health = health;
        _time = time;
        _committed = committed;
        _logger = logger;
        _waiting = Channel.CreateBounded<QueuedWrite>(new BoundedChannelOptions(LongestQueue) { SingleReader = true });
        _running = Task.Run(RunAsync);
    }

    /// <summary>How many writes wait.</summary>
    public int Waiting => _waiting.Reader.Count;

    public Task<T> EnqueueAsync<T>(Caller caller, Func<Write, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        var write = new QueuedWrite<T>(caller, work, cancellationToken);
        if (!_waiting.Writer.TryWrite(write))
            throw ApiErrors.ServerUnavailable(_closing ? "The server is shutting down." : "Too many writes are waiting.");
        return write.Task;
    }

    /// <summary>Commits what was accepted, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _closing = true;
        _waiting.Writer.TryComplete();
        await _running;
        await DropConnectionAsync();
    }

    private async Task RunAsync()
    {
        var batch = new List<QueuedWrite>(LargestBatch);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            if (!_waiting.Reader.TryRead(out var oldest))
                continue;
            batch.Add(oldest);
            await CommitAsync(batch, oldest.Since, LargestBatch);
        }
    }

    /// <summary>Commits a batch, with as many more as wait, however often it takes, while there is patience.</summary>
    private async Task CommitAsync(List<QueuedWrite> batch, long since, int most)
    {
        var alone = new List<QueuedWrite>();
        var measured = new MeasuredCommit(batch);
        // What is sent to the database is a part of it.
        Activity.Current = measured.Span;
        for (var pause = FirstPause; batch.Count > 0; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                if (_isUnconfirmed && await IsCommittedAsync())
                    break;
                while (batch.Count > 0 && !await TryCommitAsync(batch, most, alone, measured))
                {
                    // What is new could only have lost to the same, and take another try.
                    most = batch.Count;
                }
                break;
            }
            catch (Exception e)
            {
                await DropConnectionAsync();
                if (batch.Count > 1 && !_isUnconfirmed && e is not RpcException && PostgresFault.Explain(e) is null)
                {
                    LogFault(e, batch.Count);
                    alone.AddRange(batch);
                    batch.Clear();
                    break;
                }
                var isHopeless = !PostgresFault.Passes(e) || Stopwatch.GetElapsedTime(since) + pause > _patience;
                if (isHopeless)
                {
                    measured.End(batch.Count, e);
                    Fail(batch, e);
                }
                else
                    await Task.Delay(pause);
            }
        }
        measured.End(batch.Count);
        Answer(batch);
        // Not before what they have lost to is there: who is told so reads again at once.
        _lost.ForEach(write => write.Fail(new ConflictException()));
        _lost.Clear();
        foreach (var write in alone)
            await CommitAsync([write], since, most: 1);
    }

    private void Fail(List<QueuedWrite> batch, Exception cause)
    {
        var judged = _health.Judge(cause);
        var told = _isUnconfirmed
            ? ApiErrors.ServerUnavailable("The database did not confirm the write: whether it was made is not known. With an idempotency key it can be repeated safely.")
            : judged;
        _isUnconfirmed = false;
        foreach (var write in batch)
            write.Fail(told);
        batch.Clear();
        // Who has waited as long need not wait for a try of his own.
        while (_waiting.Reader.TryPeek(out var next) && Stopwatch.GetElapsedTime(next.Since) > _patience && _waiting.Reader.TryRead(out next))
            next.Fail(judged);
    }

    private void Answer(List<QueuedWrite> batch)
    {
        _isUnconfirmed = false;
        if (batch.Count == 0)
            return;
        _health.Succeeded();
        _committed();
        foreach (var write in batch)
            write.Answer();
    }

    /// <summary>Runs a batch in a transaction.</summary>
    /// <returns>
    /// False where some of its writes failed in it: those are out of the batch, either answered or to be run alone, and nothing of
    /// the batch is in the database.
    /// </returns>
    private async ValueTask<bool> TryCommitAsync(List<QueuedWrite> batch, int most, List<QueuedWrite> alone, MeasuredCommit measured)
    {
        _connection ??= await _source.OpenConnectionAsync();
        var session = new PostgresSession(_connection);
        await session.SendAsync("begin");
        var (last, requires, clock) = await session.FindAsync<(long Last, int Requires, long Clock)>(TakeCounter);
        if (requires > _schema)
        {
            await session.ExecuteAsync("rollback");
            throw ApiErrors.ServerUnavailable("The database was changed for a newer version of this server, which has to take over.");
        }
        session.Reset();
        // From here on all servers wait for this one: it does not wait long for what somebody else has locked.
        await session.SendAsync("set local lock_timeout = 100");
        _counters.Start(last);
        var sharedClock = DateTimeOffset.FromUnixTimeMilliseconds(clock);

        // What has come while others had the counter need not wait for another turn.
        while (batch.Count < most && _waiting.Reader.TryRead(out var next))
        {
            batch.Add(next);
            measured.Take(next);
        }
        var ends = new int[batch.Count];
        for (var i = 0; i < batch.Count; i++)
        {
            var (sent, mark) = (session.SentCount, _counters.Mark());
            var succeeded = await batch[i].TryRunAsync(session, _time.GetUtcNow(), sharedClock, _counters);
            if (!succeeded && _connection.State != ConnectionState.Open)
                throw batch[i].Failure!;
            if (session.Failure is { } failure)
                return await TakeOutAsync(batch, alone, failure, ends, i);
            if (!succeeded)
            {
                if (session.RunCount > sent)
                    return await TakeOutAsync(batch, alone, new SentFailure(batch[i].Failure!, []), ends, i);
                session.TakeBack(sent);
                _counters.GoBack(mark);
            }
            ends[i] = session.SentCount;
        }
        await _counters.SaveAsync(session);
        await session.SendAsync(SignCommit, Parameters.Of("name", _name).With("batch", ++_batch));
        try
        {
            if (!session.IsCertain)
                await session.FlushAsync();
            _isUnconfirmed = true;
            await session.ExecuteAsync("commit");
            return true;
        }
        catch (Exception) when (session.Failure is { Cause: PostgresException { InvariantSeverity: "ERROR" } } && _connection.State != ConnectionState.Open)
        {
            // A refusal ended the transaction, and Npgsql the connection, as it does where a disk fails.
            _isUnconfirmed = false;
            throw session.Failure.Cause;
        }
        catch (Exception) when (session.Failure is not null && _connection.State == ConnectionState.Open)
        {
            // Where the server ended the connection with its refusal, it may have committed before.
            _isUnconfirmed = false;
            return await TakeOutAsync(batch, alone, session.Failure, ends, batch.Count);
        }
    }

    /// <summary>
    /// Takes what failed out of a batch. One whose compare-and-set failed has lost against another and is told so after the commit;
    /// one that failed in any other way is run alone: it may have been another's doing.
    /// </summary>
    private async ValueTask<bool> TakeOutAsync(List<QueuedWrite> batch, List<QueuedWrite> alone, SentFailure failure, int[] ends, int running)
    {
        await using (var rollback = _connection!.CreateCommand())
        {
            rollback.CommandText = "rollback";
            await rollback.ExecuteNonQueryAsync();
        }
        var cause = failure.Cause is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable }
            ? ApiErrors.ServerUnavailable("Somebody else's transaction in the database holds what this changes; try again.")
            : failure.Cause;
        if (PostgresFault.Explain(cause) is not null)
            throw cause;
        var failed = failure.Statements.Select(statement => Array.FindIndex(ends, 0, running, end => end > statement) is var at and >= 0 ? at : running).ToHashSet();
        if (failed.Count == 0)
            failed.Add(running);
        // What counts for all of them is nobody's own.
        if (failed.Contains(batch.Count))
            failed = [.. Enumerable.Range(0, batch.Count)];
        var isFinal = cause != failure.Cause || batch.Count == 1;
        foreach (var place in failed.OrderDescending())
        {
            if (cause is ConflictException)
                _lost.Add(batch[place]);
            else if (isFinal)
                batch[place].Fail(cause);
            else
                alone.Add(batch[place]);
            batch.RemoveAt(place);
        }
        return false;
    }

    /// <summary>
    /// Whether the transaction whose commit was not confirmed is in the database, where it has left its number. It held the
    /// counter: who gets that finds it ended, one way or the other.
    /// </summary>
    private async ValueTask<bool> IsCommittedAsync()
    {
        _connection ??= await _source.OpenConnectionAsync();
        var session = new PostgresSession(_connection);
        await session.SendAsync("begin");
        await session.FindAsync<(long Last, int Requires, long Clock)>(TakeCounter);
        var last = await session.FindAsync<long>("select batch from writer_commit where writer = @name", Parameters.Of("name", _name));
        await session.ExecuteAsync("rollback");
        _isUnconfirmed = false;
        return last == _batch;
    }

    private async ValueTask DropConnectionAsync()
    {
        if (_connection is null)
            return;
        var connection = _connection;
        _connection = null;
        try
        {
            // What may be broken does not go back to where others would get it.
            NpgsqlConnection.ClearPool(connection);
            await connection.DisposeAsync();
        }
        catch (Exception e) when (PostgresFault.Passes(e))
        {
            // It is gone, which is all that is wanted.
        }
    }

    [LoggerMessage(LogLevel.Error, "A transaction of {Count} writes failed")]
    private partial void LogFault(Exception cause, int count);
}
