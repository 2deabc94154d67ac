using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Webhooks;

/// <summary>One event of the log.</summary>
internal sealed record LoggedEvent(long Position, string Id, string Type, string Resource, string ResourceId, string Time, byte[] Body);

/// <summary>Reads the log, and tells when there is more of it.</summary>
internal sealed class LogTail : IDisposable
{
    private readonly Database _database;
    private TaskCompletionSource _grown = NewSignal();

    public LogTail(Database database)
    {
        _database = database;
        database.Committed += Signal;
    }

    /// <summary>Ends with the next commit. To miss none, take it before reading.</summary>
    public Task Grown => Volatile.Read(ref _grown).Task;

    /// <summary>The events that follow a position, in order.</summary>
    public List<LoggedEvent> ReadAfter(long position, int limit) => _database.Read(session => session.Prepare(
        "select position, id, type, resource, resource_id, time, body from event_log where position > @position order by position limit @limit")
        .With("@position", position)
        .With("@limit", limit)
        .Read(row => new LoggedEvent(row.Integer(0), row.Text(1), row.Text(2), row.Text(3), row.Text(4), row.Text(5), row.Utf8(6).ToArray())));

    public void Dispose() => _database.Committed -= Signal;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Signal() => Interlocked.Exchange(ref _grown, NewSignal()).SetResult();
}
