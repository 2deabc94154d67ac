using System.CommandLine;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Integrity;
using ServiceOrdering.Server.Storage.Sqlite;

namespace ServiceOrdering.Server.Admin;

/// <summary>Puts a backup where the server looks for its database.</summary>
internal sealed class RestoreCommand : Command
{
    private readonly FileArgument _file = new("The backup, or any SQLite database of a server. It is only read.");

    private readonly Option<bool> _sameIdentity = new("--same-identity")
    {
        Description = "Keep what clients know the database by, so that resume tokens stay good: only where nothing was written after the backup. Default: a new identity; tokens of before are refused, and watchers begin with a snapshot.",
    };

    private readonly Option<bool> _quiet = new("--quiet") { Description = "Tell no progress." };
    private readonly SettingsArgument _settings = new();

    public RestoreCommand()
        : base("restore", "Put a backup where the server's settings say that its SQLite database is. Nothing may lie there, and no server run on it. The backup is checked before it is there.")
    {
        Add(_file);
        Add(_sameIdentity);
        Add(_quiet);
        Add(_settings);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var application = _settings.Describe(arguments);
        var options = application.Services.GetRequiredService<IOptions<StorageOptions>>().Value;
        if (options.IsPostgres)
            return Refuse("A database of PostgreSQL is restored by its own tools: pg_restore into an empty database.");
        await using var backup = new SqliteSnapshot(arguments.GetRequiredValue(_file));
        var place = SqliteDatabase.PathOf(options.ConnectionString);
        if (backup.Schema.Newer is { } newer)
            return Refuse($"The backup {backup.Location} was written by a newer version: this one does not know its migration {newer}.");
        using var alone = DatabaseFile.Lock(place);
        if (PartialFile.Beside(place).Prepend(place).FirstOrDefault(File.Exists) is { } there)
            return Refuse($"{there} is there already. Put it aside, with all whose names begin like it, and run this again.");

        using var partial = new PartialFile(place);
        Findings findings;
        using (var progress = TransferProgress.OfConsole(arguments.GetValue(_quiet)))
        {
            backup.CopyTo(partial.Path, progress, cancellationToken);
            if (!arguments.GetValue(_sameIdentity))
                SqliteMigrations.GiveNewIdentity(partial.Path);
            await using var copy = new SqliteSnapshot(partial.Path);
            findings = await IntegrityReport.FindAsync(
                copy, copy.Schema.IsThisVersions ? application.Services.GetServices<IIntegrityCheck>() : [], IntegrityReport.MostProblems, progress, cancellationToken);
        }
        if (!IntegrityReport.Print(findings, backup.Location))
            return Refuse($"Nothing was restored to {place}.");
        partial.PutInPlace(overwrite: false);
        Console.WriteLine(backup.Schema.Older is null
            ? $"{place} has all of {backup.Location}; {findings.Rows} rows were checked."
            : $"{place} has all of {backup.Location}. An older version wrote it ({backup.Schema.Older}): the server brings it up to date when it starts, and 'admin check' can check its rows then.");
        return AdminCommands.Done;
    }

    private static int Refuse(string problem)
    {
        Console.Error.WriteLine($"error: {problem}");
        return AdminCommands.NotDone;
    }
}
