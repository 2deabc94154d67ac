using System.CommandLine;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Postgres;
using ServiceOrdering.Server.Storage.Sqlite;

namespace ServiceOrdering.Server.Admin;

/// <summary>Gives room back that the database does not need any more.</summary>
internal sealed class CompactCommand : Command
{
    private readonly Option<bool> _quiet = new("--quiet") { Description = "Tell no progress." };
    private readonly SettingsArgument _settings = new();

    public CompactCommand()
        : base("compact", "Give room back that the database does not need any more. SQLite: the file is written anew, while no server runs, and takes as much room again until then. PostgreSQL: VACUUM (ANALYZE) on each table, beside servers; what it frees new rows take.")
    {
        Add(_quiet);
        Add(_settings);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var application = _settings.Describe(arguments);
        var options = application.Services.GetRequiredService<IOptions<StorageOptions>>().Value;
        string location;
        long before;
        long after;
        using (var progress = TransferProgress.OfConsole(arguments.GetValue(_quiet)))
        {
            (location, before, after) = options.IsPostgres
                ? await PostgresCompaction.RunAsync(options.ConnectionString, progress, cancellationToken)
                : SqliteCompaction.Run(SqliteDatabase.PathOf(options.ConnectionString), progress, cancellationToken);
        }
        Console.WriteLine($"{location} has {after} bytes, and had {before}.");
        return AdminCommands.Done;
    }
}
