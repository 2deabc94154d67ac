namespace ServiceOrdering.Server.Storage;

/// <summary>The database. Reads never wait for writers; a write is answered once it is durable.</summary>
internal abstract class Database : IDisposable
{
    // Each conflict is another's success; so many in a row are a resource that everybody wants at once.
    private const int MostConflicts = 100;

    /// <summary>What operators know the database by: the path of its file, or its server and name.</summary>
    public abstract string Location { get; }

    /// <summary>What tells this database from every other.</summary>
    public abstract long Identity { get; }

    /// <summary>Whether several servers may work on it at the same time.</summary>
    public abstract bool IsShared { get; }

    /// <summary>Whether it is only read here: every write is refused.</summary>
    public abstract bool IsReadOnly { get; }

    /// <summary>Whether it has refused what it is there for, and has not done it since.</summary>
    public bool IsFailing => Health.Fault is not null;

    /// <summary>How many writes of this server wait for their turn.</summary>
    public abstract int WaitingWrites { get; }

    /// <summary>How many bytes it takes.</summary>
    public abstract ValueTask<long> SizeAsync();

    /// <summary>Raised after every commit, before its callers are answered; where other servers commit too, soon after theirs.</summary>
    public event Action? Committed;

    /// <summary>SQL that reads a text as the UTF-8 that it is stored as, in place of a string: for what only passes through.</summary>
    public abstract string AsUtf8(string text);

    /// <summary>SQL that stores UTF-8 bytes as text.</summary>
    public abstract string FromUtf8(string bytes);

    /// <summary>Reads with one statement, which sees one consistent state.</summary>
    public abstract ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> read);

    /// <summary>
    /// Reads with any number of statements, which see one state. A few scans run at a time, each for a limited time; one ends
    /// soon after its caller has gone. Other reads and writes go on beside them.
    /// </summary>
    /// <param name="scan">What is read. It does not wait for anybody outside of the database, who would hold up the others.</param>
    /// <param name="unindexed">Attributes that are looked for without an index; empty where the scan is short.</param>
    /// <param name="cancellationToken">Tells that the caller has gone.</param>
    public abstract ValueTask<T> ScanAsync<T>(Func<Session, ValueTask<T>> scan, IReadOnlyList<string> unindexed, CancellationToken cancellationToken);

    /// <summary>A scan that an index makes short.</summary>
    public ValueTask<T> ScanAsync<T>(Func<Session, ValueTask<T>> scan, CancellationToken cancellationToken) => ScanAsync(scan, [], cancellationToken);

    /// <summary>Runs a write in a transaction and answers once it is durable. One that throws leaves nothing behind.</summary>
    public Task<T> WriteAsync<T>(Caller caller, Func<Write, ValueTask<T>> write, CancellationToken cancellationToken) => IsReadOnly
        ? throw Errors.ApiErrors.ServerUnavailable("The server only reads its database now (Storage:ReadOnly): nothing can be changed until it is started without that.")
        : EnqueueAsync(caller, write, cancellationToken);

    /// <summary>Finds out whether it can be written; throws where it cannot. What is written is what was there, and goes to the disk all the same.</summary>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        if (Health.Fault is null)
        {
            await WriteAsync(Caller.Server, write => write.Session.ExecuteAsync("update event_position set last = last"), cancellationToken);
            return;
        }
        if (Health.IsDamaged)
            throw Health.Fault;
        // What fails may still take a write that needs no room: this one needs some, and gives it back.
        await WriteAsync(
            Caller.Server,
            async write =>
            {
                await write.Session.ExecuteAsync($"insert into request_id (resource, key, hash, body, time) values ('', '', '', {Filler}, '')");
                return await write.Session.ExecuteAsync("delete from request_id where resource = '' and key = ''");
            },
            cancellationToken);
        Health.Succeeded(isProof: true);
    }

    /// <summary>
    /// Runs what reads first and then writes by compare-and-set, so that the writer has little to do; again where another write
    /// was faster.
    /// </summary>
    public static async Task<T> RetryAsync<T>(Func<Task<T>> readAndWrite)
    {
        for (var conflicts = 1; ; conflicts++)
        {
            try
            {
                return await readAndWrite();
            }
            catch (ConflictException) when (conflicts < MostConflicts)
            {
                // What is there now is read next.
            }
            catch (ConflictException)
            {
                throw Errors.ApiErrors.ServerUnavailable("Too many others change the same resource.");
            }
        }
    }

    public abstract void Dispose();

    /// <summary>Whether it does its work.</summary>
    protected abstract DatabaseHealth Health { get; }

    /// <summary>SQL of a text that takes 32 KiB at least where it is stored.</summary>
    protected abstract string Filler { get; }

    protected abstract Task<T> EnqueueAsync<T>(Caller caller, Func<Write, ValueTask<T>> write, CancellationToken cancellationToken);

    protected void TellCommitted() => Committed?.Invoke();
}

/// <summary>The database cannot be opened, or is not one of this version's.</summary>
internal sealed class DatabaseUnusableException(string message, Exception? cause = null) : Exception(message, cause);
