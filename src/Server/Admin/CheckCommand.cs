using System.CommandLine;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Integrity;
using ServiceOrdering.Server.Storage.Postgres;
using ServiceOrdering.Server.Storage.Sqlite;

namespace ServiceOrdering.Server.Admin;

/// <summary>Looks whether everything in a database can be read and agrees.</summary>
internal sealed class CheckCommand : Command
{
    private readonly Argument<string?> _file = new("file") { Arity = ArgumentArity.ZeroOrOne, Description = "A SQLite database, such as a backup. Default: the database that the server's settings name." };

    private readonly Option<int> _most = new("--most")
    {
        HelpName = "number",
        DefaultValueFactory = _ => IntegrityReport.MostProblems,
        Description = "How many problems are told in words; the others are counted.",
    };

    private readonly Option<bool> _quiet = new("--quiet") { Description = "Tell no progress." };
    private readonly SettingsArgument _settings = new();

    public CheckCommand()
        : base("check", "Look whether everything in the database can be read and agrees with the rest: every resource, its columns and counts, the event log without a gap, links between services, the queue of work. Only reads, also beside a server that writes. Each problem is a line of the output, and makes the exit code 1.")
    {
        Add(_file);
        Add(_most);
        Add(_quiet);
        Add(_settings);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        // Behind '--' the first of all is taken for the file.
        var file = arguments.GetValue(_file);
        var isSetting = file?.StartsWith("--", StringComparison.Ordinal) == true;
        await using var application = _settings.Describe(arguments, isSetting ? [file!] : []);
        await using var snapshot = await OpenAsync(isSetting ? null : file, application.Services.GetRequiredService<IOptions<StorageOptions>>(), cancellationToken);
        Findings findings;
        using (var progress = TransferProgress.OfConsole(arguments.GetValue(_quiet)))
            findings = await IntegrityReport.FindAsync(snapshot, application.Services.GetServices<IIntegrityCheck>(), arguments.GetValue(_most), progress, cancellationToken);
        if (!IntegrityReport.Print(findings, snapshot.Location))
            return AdminCommands.NotDone;
        Console.WriteLine($"{snapshot.Location} is sound: {findings.Rows} rows were looked at.");
        return AdminCommands.Done;
    }

    private static async Task<DatabaseSnapshot> OpenAsync(string? file, IOptions<StorageOptions> options, CancellationToken cancellationToken)
    {
        if (file is null && options.Value.IsPostgres)
            return await PostgresSnapshot.OpenAsync(options.Value.ConnectionString, cancellationToken);
        var snapshot = new SqliteSnapshot(file ?? SqliteDatabase.PathOf(options.Value.ConnectionString));
        if (snapshot.Schema is { Older: { } older })
            throw new DatabaseUnusableException($"The database {snapshot.Location} was written by an older version, which has to check it, or start this version once: that brings it up to date ({older}).");
        if (snapshot.Schema is { Newer: { } newer })
            throw new DatabaseUnusableException($"The database {snapshot.Location} was written by a newer version: this one does not know its migration {newer}.");
        return snapshot;
    }
}
