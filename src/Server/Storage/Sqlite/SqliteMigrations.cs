using System.Diagnostics;

namespace ServiceOrdering.Server.Storage.Sqlite;

/// <summary>Brings a file to the schema and the layout of this build: the embedded .sql files, each once, in the order of their numbers.</summary>
internal static partial class SqliteMigrations
{
    private const string Folder = "ServiceOrdering.Server.Storage.Migrations.Sqlite.";
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(5);

    public static void Apply(SqliteSession session, int pageSize, string location, ILogger logger)
    {
        var isNew = session.Find<long>("select count(*) from sqlite_schema") == 0;
        if (!isNew && session.Find<long>("select count(*) from sqlite_schema where name = 'schema_migration'") == 0)
            throw new DatabaseUnusableException($"The file {location} is a SQLite database of another program.");
        session.ExecuteScript("create table if not exists schema_migration (name text not null primary key, applied_at text not null) strict");
        var applied = session.List<string>("select name from schema_migration").ToHashSet();
        var assembly = typeof(SqliteMigrations).Assembly;
        var known = assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order().ToList();

        if (applied.Except(known.Select(Name)).FirstOrDefault() is { } newer)
            throw new DatabaseUnusableException($"The database was written by a newer version: this one does not know its migration {newer}.");

        var steps = known.Where(resource => !applied.Contains(Name(resource)))
            .Select(resource => (Name: Name(resource), Run: (Action)(() => Run(session, resource))))
            .ToList();
        if (session.Find<long>("pragma page_size") != pageSize)
            steps.Add(("page size", () => session.ExecuteScript($"pragma journal_mode = delete; pragma page_size = {pageSize}; vacuum;")));
        for (var i = 0; i < steps.Count; i++)
            Report(steps[i].Name, i + 1, steps.Count, location, isNew ? null : logger, steps[i].Run);
    }

    private static void Run(SqliteSession session, string resource)
    {
        using var reader = new StreamReader(typeof(SqliteMigrations).Assembly.GetManifestResourceStream(resource)!);
        session.ExecuteScript("begin immediate");
        try
        {
            session.ExecuteScript(reader.ReadToEnd());
            session.Execute("insert into schema_migration (name, applied_at) values (@name, strftime('%Y-%m-%dT%H:%M:%fZ'))", new { name = Name(resource) });
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

    private static string Name(string resource) => resource[Folder.Length..^".sql".Length];

    [LoggerMessage(LogLevel.Information, "Upgrading {Location}, step {Step} of {Steps}: {Name}")]
    private static partial void LogStep(ILogger logger, string location, int step, int steps, string name);

    [LoggerMessage(LogLevel.Information, "Upgrading, step {Step} of {Steps}: {Name} has taken {Seconds:0} s; the files have {Megabytes:0} MB")]
    private static partial void LogProgress(ILogger logger, int step, int steps, string name, double seconds, double megabytes);
}
