using ServiceOrdering.Benchmarks;
using Spectre.Console;

if (args is ["serve", .. var serverArgs])
    return BenchmarkServer.Serve(serverArgs);

if (args is ["--postgres", var connection, .. var others])
    (BenchmarkDatabase.Server, args) = (connection, others);

if (args is ["--orders", var count] && int.TryParse(count, out var orders) && orders >= 1000)
    return await MeasureListsAsync(orders);

if (args is ["--start", var published])
    return await MeasureStartAsync(published);

if (!TryRead(args, out var plan))
{
    Console.Error.WriteLine(
        """
        Usage: Benchmarks [--quick] [--rounds NUMBER] [--only TEXT]    throughput; --only: the rows whose name holds the text
               Benchmarks --orders NUMBER            lists, at each power of ten from 1000 orders to the number
               Benchmarks --start FOLDER             a server that was published there: its start, its memory
               Benchmarks --postgres CONNECTION ...  the same on PostgreSQL; the connection string is without a database
        """);
    return 2;
}

if (BenchmarkDatabase.IsPostgres && "PostgreSQL servers".Contains(plan.Only, StringComparison.OrdinalIgnoreCase))
{
    var shared = new Table().AddColumns("Several servers", "Per second", "Against", "Aim");
    foreach (var (what, value, against, aim) in await PostgresRows.MeasureAsync(plan))
        shared.AddRow(what, value, against, aim);
    AnsiConsole.Write(shared);
}

await using var server = await BenchmarkServer.StartAsync();
var table = new Table().AddColumns("What", "Against", "Per second", "Reference", "Server CPU", "Reference", "Ratio", "Aim");
foreach (var row in (await ServiceOrderRows.MeasureAsync(server, plan with { Servers = [server.Process] })).Concat(await CostRows.MeasureAsync(plan)))
    table.AddRow(row.What, row.Against, $"{row.Call.Rate:N0}", $"{row.Reference.Rate:N0}",
        $"{row.Call.ServerMicroseconds:0} µs", $"{row.Reference.ServerMicroseconds:0} µs", $"{row.Ratio:0.00}", row.Aim);
AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 120);
AnsiConsole.Write(table);
var writing = new Table().AddColumns("Writing", "Value", "Aim");
foreach (var (what, value, aim) in await DurableWriteRows.MeasureAsync(server, plan))
    writing.AddRow(what, value, aim);
AnsiConsole.Write(writing);
var working = new Table().AddColumns("Working", "Value", "Aim");
foreach (var (what, value, aim) in await WorkRows.MeasureAsync(plan))
    working.AddRow(what, value, aim);
AnsiConsole.Write(working);
var watching = new Table().AddColumns("Watching", "Median", "Against", "Aim");
foreach (var row in await WatchRows.MeasureAsync(server, plan))
    watching.AddRow(row.What, row.Value, row.Against, row.Aim);
AnsiConsole.Write(watching);
Console.WriteLine($"Medians of {plan.Rounds} rounds of {plan.RoundTime.TotalSeconds:0.#} s each, {LoadPlan.Callers} callers, server and callers on this machine.");
return 0;

static async Task<int> MeasureStartAsync(string published)
{
    var table = new Table().AddColumns("Start", "Median", "Aim");
    foreach (var (what, value, aim) in await StartRows.MeasureAsync(Path.GetFullPath(published)))
        table.AddRow(what, value, aim);
    AnsiConsole.Write(table);
    return 0;
}

static async Task<int> MeasureListsAsync(int orders)
{
    await using var server = await BenchmarkServer.StartAsync();
    var table = new Table().AddColumns("List", "Orders", "Matches", "Median ms", "Against the fewest orders");
    foreach (var rows in (await QueryRows.MeasureAsync(server, orders)).GroupBy(row => row.What))
    {
        foreach (var row in rows)
            table.AddRow(row.What, $"{row.Orders:N0}", $"{row.Matches:N0}", $"{row.Milliseconds:0.00}", $"{row.Milliseconds / rows.First().Milliseconds:0.0} x");
    }
    AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 140);
    AnsiConsole.Write(table);
    return 0;
}

static bool TryRead(string[] args, out LoadPlan plan)
{
    plan = args is ["--quick", ..] ? LoadPlan.Quick : LoadPlan.Full;
    var rest = args is ["--quick", .. var others] ? others : args;
    if (rest is ["--rounds", var rounds, .. var more] && int.TryParse(rounds, out var number) && number > 0)
        (plan, rest) = (plan with { Rounds = number }, more);
    plan = rest is ["--only", var only] ? plan with { Only = only } : plan;
    return rest is [] or ["--only", _];
}
