using System.CommandLine;
using ServiceOrdering.Server.Storage.Postgres;
using ServiceOrdering.Server.Storage.Sqlite;
using ServiceOrdering.Server.Storage.Transfer;

namespace ServiceOrdering.Server.Admin;

/// <summary>Moves all data from SQLite to PostgreSQL.</summary>
internal sealed class MigrateDataCommand : Command
{
    private const string SqliteForm = "'orders.db' or 'Data Source=orders.db'";

    private readonly Option<string> _from = new("--from")
    {
        Required = true,
        HelpName = "file",
        Description = $"The SQLite database: {SqliteForm}. Servers may go on to read it, with Storage:ReadOnly=true; none may write.",
    };

    private readonly Option<string> _to = new("--to")
    {
        Required = true,
        HelpName = "connection string",
        Description = "The PostgreSQL database, empty or left by a run that was interrupted: 'Host=db.example.com;Database=orders;Username=orders'. A password may come from PGPASSWORD or a passfile.",
    };

    private readonly Option<bool> _quiet = new("--quiet") { Description = "Tell no progress." };

    public MigrateDataCommand()
        : base("migrate-data", "Copy everything from a SQLite database into an empty PostgreSQL database, and compare both. Tokens, keys, entity tags and subscriptions stay valid. The source is only read. Interrupted, the same command goes on where it was.")
    {
        Add(_from);
        Add(_to);
        Add(_quiet);
        _from.Validators.Add(result => AddProblem(result, SqliteDatabase.Problem(Source(result.GetValueOrDefault<string>()), "--from")));
        _to.Validators.Add(result => AddProblem(result, PostgresDatabase.Problem(result.GetValueOrDefault<string>() ?? "", "--to")));
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var source = new SqliteSource(Source(arguments.GetRequiredValue(_from)));
        await using var target = new PostgresTarget(arguments.GetRequiredValue(_to));
        IReadOnlyList<TableComparison> comparisons;
        using (var progress = TransferProgress.OfConsole(arguments.GetValue(_quiet)))
            comparisons = await new DataTransfer(source, target, progress).RunAsync(cancellationToken);

        Print(comparisons);
        if (comparisons.All(comparison => comparison.IsSame))
        {
            Console.WriteLine($"{target.Location} has all that {source.Location} has. Start servers with Storage:Provider=postgres on it, and none on the file any more.");
            return AdminCommands.Done;
        }
        await Console.Error.WriteLineAsync($"error: {target.Location} does not have what {source.Location} has. Drop it, create it anew, and start over.");
        return AdminCommands.NotDone;
    }

    private static void Print(IReadOnlyList<TableComparison> comparisons)
    {
        var width = comparisons.Max(comparison => comparison.Table.Length);
        Console.WriteLine($"{"table".PadRight(width)}  {"rows",12}  {"copied",12}  SHA-256 of the rows");
        foreach (var (table, from, to) in comparisons)
            Console.WriteLine($"{table.PadRight(width)}  {from.Rows,12}  {to.Rows,12}  {from.Sha256} {(from == to ? "same" : $"is not {to.Sha256}")}");
    }

    /// <summary>A connection string; what has no value of a key is the path of a file.</summary>
    private static string Source(string? text) => text is null or "" || text.Contains('=') ? text ?? "" : $"Data Source={text}";

    private static void AddProblem(System.CommandLine.Parsing.OptionResult result, string? problem)
    {
        if (problem is not null)
            result.AddError(problem);
    }
}
