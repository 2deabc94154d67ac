using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Integrity;
using ServiceOrdering.Server.Storage.Postgres;
using ServiceOrdering.Server.Storage.Sqlite;

namespace ServiceOrdering.Server.Admin;

/// <summary>Copies the database into a file, also while a server writes to it.</summary>
internal sealed class BackupCommand : Command
{
    private readonly FileArgument _file = new("Where the backup is written: a SQLite database of its own, for its owner's eyes only.");
    private readonly Option<bool> _force = new("--force") { Description = "Take the place of a file that is there, when the backup is complete." };
    private readonly Option<bool> _quiet = new("--quiet") { Description = "Tell no progress." };
    private readonly SettingsArgument _settings = new();

    public BackupCommand()
        : base("backup", "Copy the SQLite database into a file, also while a server writes to it: as it is when the command begins, with every write that was answered before. The copy is checked before it has its name. For PostgreSQL it says which of its own tools to run.")
    {
        Add(_file);
        Add(_force);
        Add(_quiet);
        Add(_settings);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var application = _settings.Describe(arguments);
        var options = application.Services.GetRequiredService<IOptions<StorageOptions>>().Value;
        var place = Path.GetFullPath(arguments.GetRequiredValue(_file));
        if (options.IsPostgres)
            return Refuse($"A database of PostgreSQL is backed up by its own tools, for one: {PostgresDatabase.DumpCommand(options.ConnectionString, place)}");
        var force = arguments.GetValue(_force);
        await using var source = new SqliteSnapshot(SqliteDatabase.PathOf(options.ConnectionString));
        if (Problem(source, place, force) is { } problem)
            return Refuse(problem);
        RunBelowOthers();

        using var partial = new PartialFile(place);
        Findings findings;
        SchemaAge schema;
        using (var progress = TransferProgress.OfConsole(arguments.GetValue(_quiet)))
        {
            source.CopyTo(partial.Path, progress, cancellationToken);
            // The log of a server that writes can be emptied again.
            await source.DisposeAsync();
            await using var copy = new SqliteSnapshot(partial.Path);
            schema = copy.Schema;
            findings = await IntegrityReport.FindAsync(copy, schema.IsThisVersions ? application.Services.GetServices<IIntegrityCheck>() : [], IntegrityReport.MostProblems, progress, cancellationToken);
        }
        if (!IntegrityReport.Print(findings, "The copy"))
            return Refuse($"There is no backup {place}: what was copied has these problems. 'admin check' tells whether the database has them too.");
        partial.PutInPlace(force);
        Console.WriteLine(schema.IsThisVersions
            ? $"{place} has all of {source.Location}, {new FileInfo(place).Length} bytes; {findings.Rows} rows were checked."
            : $"{place} has all of {source.Location}, {new FileInfo(place).Length} bytes. Its pages were checked; its rows only their own version can check ({schema.Older ?? schema.Newer}).");
        return AdminCommands.Done;
    }

    private static string? Problem(SqliteSnapshot source, string place, bool force) =>
        place == source.Location ? $"{place} is the database itself."
        : Directory.Exists(place) ? $"{place} is a directory."
        : !Directory.Exists(Path.GetDirectoryName(place)) ? $"{place} cannot be written: there is no such folder."
        : File.Exists(place) && !force ? $"{place} is there already; --force lets the backup take its place."
        : PartialFile.Beside(place).FirstOrDefault(File.Exists) is { } log ? $"{place} is a database in use, or was not closed: {log} is there."
        : null;

    // Who writes comes first.
    private static void RunBelowOthers()
    {
        try
        {
            using var process = Process.GetCurrentProcess();
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or PlatformNotSupportedException)
        {
            // Then it runs as others do.
        }
    }

    private static int Refuse(string problem)
    {
        Console.Error.WriteLine($"error: {problem}");
        return AdminCommands.NotDone;
    }
}
