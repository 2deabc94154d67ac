using Microsoft.Data.Sqlite;
using ServiceOrdering.Server.Storage.Transfer;

namespace ServiceOrdering.Server.Storage.Sqlite;

/// <summary>Writes a file anew, without what was deleted: beside it, and in its place when it is complete.</summary>
internal static class SqliteCompaction
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(0.5);

    /// <returns>The file, and how many bytes it had and has.</returns>
    /// <exception cref="DatabaseUnusableException">A server has the file, it is not there, or no database of ours.</exception>
    public static (string Location, long Before, long After) Run(string path, IProgress<TransferState> progress, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            throw new DatabaseUnusableException($"The database {path} cannot be opened: there is no such file.");
        using var alone = DatabaseFile.Lock(path);
        using var partial = new PartialFile(path);
        long before;
        try
        {
            using var session = new SqliteSession(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 1 }.ConnectionString);
            SqliteMigrations.Compare(session, path);
            // What is left in the log belongs into the file, which then has none.
            session.Find<(long Busy, long Log, long Moved)>("pragma wal_checkpoint(truncate)");
            if (session.Find<string>("pragma journal_mode = delete") != "delete")
                throw new DatabaseUnusableException($"The database {path} is in use by another program.");
            before = new FileInfo(path).Length;
            var pages = session.Find<long>("pragma page_count") - session.Find<long>("pragma freelist_count");
            var size = session.Find<long>("pragma page_size");
            void Report() => progress.Report(Written(new FileInfo(partial.Path).Length));
            TransferState Written(long bytes) => new("Writing", bytes / size, pages, bytes / size, bytes, "pages");
            using (new Timer(_ => Report(), null, BetweenLooks, BetweenLooks))
            using (session.CancelWith(() => false, cancellationToken))
                session.Execute("vacuum into @file", new { file = partial.Path });
            Report();
        }
        catch (SqliteException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DatabaseUnusableException($"The database {path} cannot be compacted: {e.Message}", e);
        }
        partial.PutInPlace(overwrite: true);
        return (path, before, new FileInfo(path).Length);
    }
}
