using ServiceOrdering.Benchmarks;
using Spectre.Console;

if (args is ["serve", .. var serverArgs])
    return BenchmarkServer.Serve(serverArgs);

var plan = args.Contains("--quick") ? LoadPlan.Quick : LoadPlan.Full;
if (args.Except(["--quick"]).FirstOrDefault() is { } unknown)
{
    Console.Error.WriteLine($"Unknown argument '{unknown}'. Usage: Benchmarks [--quick]");
    return 2;
}

await using var server = await BenchmarkServer.StartAsync();
var table = new Table().AddColumns("What", "Against", "Per second", "Reference", "Server CPU", "Reference", "Ratio", "Aim");
foreach (var row in await ServiceOrderRows.MeasureAsync(server, plan with { Server = server.Process }))
    table.AddRow(row.What, row.Against, $"{row.Call.Rate:N0}", $"{row.Reference.Rate:N0}",
        $"{row.Call.ServerMicroseconds:0} µs", $"{row.Reference.ServerMicroseconds:0} µs", $"{row.Ratio:0.00}", row.Aim);
AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 120);
AnsiConsole.Write(table);
Console.WriteLine($"Medians of {plan.Rounds} rounds of {plan.RoundTime.TotalSeconds:0.#} s each, {LoadPlan.Callers} callers, server and callers on this machine.");
return 0;
