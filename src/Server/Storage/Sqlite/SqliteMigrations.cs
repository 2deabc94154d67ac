using System.Diagnostics;

namespace ServiceOrdering.Server.Storage.Sqlite;

/// <summary>Brings a file to the schema and the layout of this build: the embedded .sql files, each once, in the order of their numbers.</summary>
internal static partial class SqliteMigrations
{
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(5);

    public static void Apply(SqliteSession session, int pageSize, string location, ILogger logger)
    {
        var isNew = session.Find<long>("select count(*) from sqlite_schema") == 0;
        if (!isNew)
            RefuseAnothers(session, location);
        session.ExecuteScript("create table if not exists schema_migration (name text not null primary key, applied_at text not null) strict");
        var steps = Missing(session, location)
            .Select(file => (file.Name, Run: (Action)(() => Run(session, file))))
            .ToList();
        if (session.Find<long>("pragma page_size") != pageSize)
            steps.Add(("page size", () => session.ExecuteScript($"pragma journal_mode = delete; pragma page_size = {pageSize}; vacuum;")));
        for (var i = 0; i < steps.Count; i++)
            Report(steps[i].Name, i + 1, steps.Count, location, isNew ? null : logger, steps[i].Run);
    }

    /// <summary>Looks whether a file that is only read has all that this build reads.</summary>
    /// <exception cref="DatabaseUnusableException">It has not: it is another program's, or was written by an older or a newer version.</exception>
    public static void Check(SqliteSession session, string location)
    {
        RefuseAnothers(session, location);
        if (Missing(session, location).FirstOrDefault() is { } missing)
        {
            throw new DatabaseUnusableException(
                $"The database {location} was written by an older version and is only to be read: start this version once without Storage:ReadOnly, which brings it up to date ({missing.Name}).");
        }
    }

    /// <summary>How the schema of a file compares with this build's.</summary>
    /// <exception cref="DatabaseUnusableException">It is another program's.</exception>
    public static SchemaAge Compare(SqliteSession session, string location)
    {
        RefuseAnothers(session, location);
        var applied = Applied(session);
        var known = MigrationFile.All("Sqlite").Select(file => file.Name).ToList();
        return new SchemaAge(known.Find(name => !applied.Contains(name)), applied.Except(known).FirstOrDefault());
    }

    /// <summary>Makes a file another database than the one that it was copied from.</summary>
    public static void GiveNewIdentity(string path)
    {
        using var session = new SqliteSession(new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        session.Execute("update database_identity set id = random()");
    }

    private static void RefuseAnothers(SqliteSession session, string location)
    {
        if (session.Find<long>("select count(*) from sqlite_schema where name = 'schema_migration'") == 0)
            throw new DatabaseUnusableException($"The file {location} is a SQLite database of another program.");
    }

    private static HashSet<string> Applied(SqliteSession session) => [.. session.List<string>("select name from schema_migration order by name")];

    private static IEnumerable<MigrationFile> Missing(SqliteSession session, string location)
    {
        var applied = Applied(session);
        var known = MigrationFile.All("Sqlite");
        if (applied.Except(known.Select(file => file.Name)).FirstOrDefault() is { } newer)
            throw new DatabaseUnusableException($"The database {location} was written by a newer version: this one does not know its migration {newer}.");
        return known.Where(file => !applied.Contains(file.Name));
    }

    private static void Run(SqliteSession session, MigrationFile file)
    {
        session.ExecuteScript("begin immediate");
        try
        {
            session.ExecuteScript(file.Sql);
            session.Execute("insert into schema_migration (name, applied_at) values (@name, strftime('%Y-%m-%dT%H:%M:%fZ'))", new { name = file.Name });
            session.ExecuteScript("commit");
        }
        catch
        {
            if (session.IsInTransaction)
                session.ExecuteScript("rollback");
            throw;
        }
    }

    // A large database takes its time: whoever waits is told that it goes on.
    private static void Report(string name, int step, int steps, string location, ILogger? logger, Action run)
    {
        if (logger is null)
        {
            run();
            return;
        }
        LogStep(logger, location, step, steps, name);
        var watch = Stopwatch.StartNew();
        using var timer = new Timer(_ => LogProgress(logger, step, steps, name, watch.Elapsed.TotalSeconds, Size(location)), null, BetweenReports, BetweenReports);
        run();
    }

    private static double Size(string location) =>
        new[] { "", "-wal", "-journal" }.Select(suffix => new FileInfo(location + suffix)).Where(file => file.Exists).Sum(file => file.Length) / 1e6;

    [LoggerMessage(LogLevel.Information, "Upgrading {Location}, step {Step} of {Steps}: {Name}")]
    private static partial void LogStep(ILogger logger, string location, int step, int steps, string name);

    [LoggerMessage(LogLevel.Information, "Upgrading, step {Step} of {Steps}: {Name} has taken {Seconds:0} s; the files have {Megabytes:0} MB")]
    private static partial void LogProgress(ILogger logger, int step, int steps, string name, double seconds, double megabytes);
}
