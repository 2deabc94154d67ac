using Microsoft.Data.Sqlite;
using ServiceOrdering.Server.Storage.Integrity;
using ServiceOrdering.Server.Storage.Transfer;
using SQLitePCL;

namespace ServiceOrdering.Server.Storage.Sqlite;

/// <summary>
/// A file as it was at one moment. Beside a server that writes it is one more reader of the write-ahead log: it takes none of the
/// server's locks, and the server does not wait for it. What it costs is that the log cannot be emptied while it lasts.
/// </summary>
internal sealed class SqliteSnapshot : DatabaseSnapshot
{
    // 8 MB: so often is told how far a copy is, and looked whether it is to go on.
    private const int PagesAtOnce = 1024;
    private const int MostDamage = 100;

    private readonly SqliteSession _session;

    /// <exception cref="DatabaseUnusableException">The file is not there, is no database, or another program's.</exception>
    public SqliteSnapshot(string path)
    {
        Location = Path.GetFullPath(path);
        if (!File.Exists(Location))
            throw new DatabaseUnusableException($"The database {Location} cannot be opened: there is no such file.");
        SqliteSession? session = null;
        try
        {
            session = new SqliteSession(new SqliteConnectionStringBuilder { DataSource = Location, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = 10 }.ConnectionString);
            session.ExecuteScript("begin");
            Schema = SqliteMigrations.Compare(session, Location);
        }
        catch (SqliteException e)
        {
            session?.Dispose();
            throw new DatabaseUnusableException($"The database {Location} cannot be read: {e.Message}", e);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
        _session = session;
    }

    public override string Location { get; }

    public override Session Session => _session;

    /// <summary>How its schema compares with that of this version.</summary>
    public SchemaAge Schema { get; }

    public override ValueTask FindDamageAsync(Findings findings, CancellationToken cancellationToken)
    {
        findings.Start("Checking pages");
        try
        {
            using (_session.CancelWith(() => false, cancellationToken))
            {
                foreach (var line in _session.List<string>($"pragma integrity_check({MostDamage})").Where(line => line != "ok"))
                    findings.Add($"SQLite: {line.ReplaceLineEndings(" ")}");
            }
        }
        catch (SqliteException e) when (e.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_IOERR)
        {
            findings.Add($"SQLite: {e.Message}");
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>Copies it, page by page, into a file that is there and empty. What is written meanwhile is not in the copy.</summary>
    public void CopyTo(string path, IProgress<TransferState> progress, CancellationToken cancellationToken)
    {
        using var target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        target.Open();
        // Until it is complete nobody takes it for anything; then it goes to the disk as a whole.
        Execute(target, "pragma synchronous = off");
        using var backup = raw.sqlite3_backup_init(target.Handle, "main", _session.Handle, "main");
        if (backup.IsInvalid)
            throw new DatabaseUnusableException($"The copy {path} cannot be begun: {raw.sqlite3_errmsg(target.Handle).utf8_to_string()}");
        var size = _session.Find<long>("pragma page_size");
        int result;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            result = raw.sqlite3_backup_step(backup, PagesAtOnce);
            long total = raw.sqlite3_backup_pagecount(backup);
            var done = total - raw.sqlite3_backup_remaining(backup);
            progress.Report(new TransferState("Copying", done, total, done, done * size, "pages"));
        }
        while (result == raw.SQLITE_OK);
        raw.sqlite3_backup_finish(backup);
        if (result != raw.SQLITE_DONE)
            throw new DatabaseUnusableException($"The copy {path} is not complete: {raw.sqlite3_errstr(result).utf8_to_string()}.");
        // One file, with no log beside it.
        Execute(target, "pragma journal_mode = delete");
    }

    public override ValueTask DisposeAsync()
    {
        _session.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

/// <summary>How a file's schema compares with that of this version.</summary>
/// <param name="Older">A step that the file lacks; null for none.</param>
/// <param name="Newer">A step that this version does not know; null for none.</param>
internal readonly record struct SchemaAge(string? Older, string? Newer)
{
    public bool IsThisVersions => Older is null && Newer is null;
}
