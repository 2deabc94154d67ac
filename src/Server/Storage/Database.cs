namespace ServiceOrdering.Server.Storage;

/// <summary>The database. Reads never wait for writers; a write is answered once it is durable.</summary>
internal abstract class Database : IDisposable
{
    // Each conflict is another's success; so many in a row are a resource that everybody wants at once.
    private const int MostConflicts = 100;

    /// <summary>What operators know the database by: the path of its file.</summary>
    public abstract string Location { get; }

    /// <summary>What tells this database from every other.</summary>
    public abstract long Identity { get; }

    /// <summary>Raised after every commit, before its callers are answered.</summary>
    public event Action? Committed;

    /// <summary>SQL that reads a text as the UTF-8 that it is stored as, in place of a string: for what only passes through.</summary>
    public abstract string AsUtf8(string text);

    /// <summary>SQL that stores UTF-8 bytes as text.</summary>
    public abstract string FromUtf8(string bytes);

    /// <summary>Reads with one statement, which sees one consistent state.</summary>
    public abstract ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> read);

    /// <summary>Reads with any number of statements, which see one state, and ends soon after the caller has gone.</summary>
    public abstract ValueTask<T> ScanAsync<T>(Func<Session, ValueTask<T>> scan, CancellationToken cancellationToken);

    /// <summary>Runs a write in a transaction and answers once it is durable. One that throws leaves nothing behind.</summary>
    public abstract Task<T> WriteAsync<T>(Caller caller, Func<Write, ValueTask<T>> write, CancellationToken cancellationToken);

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

    protected void TellCommitted() => Committed?.Invoke();
}

/// <summary>The database cannot be opened, or is not one of this version's.</summary>
internal sealed class DatabaseUnusableException(string message, Exception? cause = null) : Exception(message, cause);
