using Npgsql;
using ServiceOrdering.Query;

namespace ServiceOrdering.Server.Storage.Postgres;

/// <summary>A connection. What is sent is kept until somebody has to know something, and then makes one way to the server and back.</summary>
internal sealed class PostgresSession(NpgsqlConnection connection, CancellationToken cancellationToken = default) : Session
{
    private readonly List<Sent> _sent = [];

    public override SqlDialect Dialect => PostgresDialect.Instance;

    /// <summary>How many statements have been sent, whether they have been run or not.</summary>
    public int SentCount { get; private set; }

    /// <summary>How many of them have been run.</summary>
    public int RunCount => SentCount - _sent.Count;

    /// <summary>Why statements that were sent have failed, and which of them: those in which a number of rows was not as expected, or the one that the server refused.</summary>
    public SentFailure? Failure { get; private set; }

    /// <summary>Whether all that waits either succeeds or is refused by the server: then the commit can go the same way.</summary>
    public bool IsCertain => _sent.TrueForAll(statement => statement.Expect is null);

    public override string Each(string array) => $"select value from jsonb_array_elements_text({array}::jsonb)";

    public override async ValueTask<int> ExecuteAsync(string sql, object? parameters = null)
    {
        await using var batch = Batch();
        var command = Add(batch, PostgresStatement.Of(sql), parameters);
        await using (var reader = await ReadAsync(batch))
            await reader.CloseAsync();
        SentCount++;
        Check(batch);
        return (int)command.RecordsAffected;
    }

    public override ValueTask SendAsync(string sql, object? parameters = null, int? expect = null)
    {
        _sent.Add(new Sent(SentCount++, PostgresStatement.Of(sql).Command(parameters), expect));
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs what was sent.</summary>
    public async ValueTask FlushAsync()
    {
        if (_sent.Count == 0)
            return;
        await using var batch = Batch();
        await using (var reader = await ReadAsync(batch))
            await reader.CloseAsync();
        Check(batch);
    }

    /// <summary>Forgets what was sent and not yet run, back to a number of statements.</summary>
    public void TakeBack(int sentCount)
    {
        _sent.RemoveRange(_sent.Count - (SentCount - sentCount), SentCount - sentCount);
        SentCount = sentCount;
    }

    /// <summary>Starts a transaction anew.</summary>
    public void Reset()
    {
        _sent.Clear();
        SentCount = 0;
        Failure = null;
    }

    public override async IAsyncEnumerable<T> StreamAsync<T>(string sql, object? parameters = null)
    {
        var statement = PostgresStatement.Of(sql);
        await using var batch = Batch();
        Add(batch, statement, parameters);
        var isRead = false;
        var reader = await ReadAsync(batch);
        try
        {
            var map = statement.Rows.Of<T>(reader);
            while (await reader.ReadAsync(cancellationToken))
                yield return map(reader);
            isRead = true;
        }
        finally
        {
            // The server need not send what nobody looks at.
            if (!isRead)
                batch.Cancel();
            await CloseAsync(reader, isRead);
        }
        Check(batch);
    }

    public override async ValueTask<List<T>> ListAsync<T>(string sql, object? parameters = null)
    {
        var rows = new List<T>();
        var statement = PostgresStatement.Of(sql);
        await using var batch = Batch();
        Add(batch, statement, parameters);
        await using (var reader = await ReadAsync(batch))
        {
            var map = statement.Rows.Of<T>(reader);
            while (await reader.ReadAsync(cancellationToken))
                rows.Add(map(reader));
        }
        Check(batch);
        return rows;
    }

    public override async ValueTask<T?> FindAsync<T>(string sql, object? parameters = null)
        where T : default
    {
        var statement = PostgresStatement.Of(sql);
        await using var batch = Batch();
        Add(batch, statement, parameters);
        T? row = default;
        await using (var reader = await ReadAsync(batch))
        {
            if (await reader.ReadAsync(cancellationToken))
                row = statement.Rows.Of<T>(reader)(reader);
        }
        Check(batch);
        return row;
    }

    private static async ValueTask CloseAsync(NpgsqlDataReader reader, bool isRead)
    {
        try
        {
            await reader.DisposeAsync();
        }
        catch (PostgresException e) when (!isRead && e.SqlState == PostgresErrorCodes.QueryCanceled)
        {
            // As it was asked to.
        }
    }

    private static NpgsqlBatchCommand Add(NpgsqlBatch batch, PostgresStatement statement, object? parameters)
    {
        var command = statement.Command(parameters);
        batch.BatchCommands.Add(command);
        return command;
    }

    private NpgsqlBatch Batch()
    {
        var batch = connection.CreateBatch();
        foreach (var statement in _sent)
            batch.BatchCommands.Add(statement.Command);
        return batch;
    }

    private async ValueTask<NpgsqlDataReader> ReadAsync(NpgsqlBatch batch)
    {
        try
        {
            return await batch.ExecuteReaderAsync(cancellationToken);
        }
        catch (PostgresException e)
        {
            Fail(batch, e);
            throw;
        }
    }

    // The number of rows of each is known when the batch has been read to its end.
    private void Check(NpgsqlBatch batch)
    {
        var unexpected = Unexpected(batch, _sent.Count);
        _sent.Clear();
        if (unexpected is null)
            return;
        Failure = new SentFailure(new ConflictException(), unexpected);
        throw Failure.Cause;
    }

    private List<int>? Unexpected(NpgsqlBatch batch, int count)
    {
        List<int>? unexpected = null;
        for (var i = 0; i < count; i++)
        {
            if (_sent[i].Expect is { } expect && (int)batch.BatchCommands[i].RecordsAffected != expect)
                (unexpected ??= []).Add(_sent[i].Number);
        }
        return unexpected;
    }

    private void Fail(NpgsqlBatch batch, PostgresException cause)
    {
        var place = cause.BatchCommand is NpgsqlBatchCommand command ? batch.BatchCommands.IndexOf(command) : -1;
        // What a lost compare-and-set sent behind it is refused because it was lost. What was not sent but asked for is the caller's own.
        Failure = place >= 0 && Unexpected(batch, Math.Min(place, _sent.Count)) is { } unexpected
            ? new SentFailure(new ConflictException(), unexpected)
            : new SentFailure(cause, place >= 0 && place < _sent.Count ? [_sent[place].Number] : []);
        _sent.Clear();
    }

    private readonly record struct Sent(int Number, NpgsqlBatchCommand Command, int? Expect);
}

/// <summary>Statements that failed, by their numbers in the transaction; none where it was one that somebody waited for.</summary>
internal sealed record SentFailure(Exception Cause, IReadOnlyList<int> Statements);
