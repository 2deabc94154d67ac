using System.Diagnostics;
using System.Globalization;
using Npgsql;
using ServiceOrdering.Client;
using ServiceOrdering.Json;

namespace ServiceOrdering.Benchmarks;

/// <summary>Placing orders by one server and by three on one database, against what PostgreSQL does with the same bytes by itself.</summary>
internal static class PostgresRows
{
    private const int Servers = 3;
    private const int WarmUps = 5;

    public static async Task<IReadOnlyList<(string What, string Value, string Against, string Aim)>> MeasureAsync(LoadPlan plan)
    {
        var time = plan.RoundTime * plan.Rounds;
        using var database = new BenchmarkDatabase();
        var rate = new double[Servers];
        var servers = new List<BenchmarkServer>();
        foreach (var count in new[] { 1, Servers })
        {
            while (servers.Count < count)
                servers.Add(await BenchmarkServer.StartAsync(database));
            rate[count - 1] = await CreateAsync(servers, plan, time);
        }
        foreach (var server in servers)
            await server.DisposeAsync();
        var alone = await PgbenchAsync(database, time);
        return
        [
            ("PostgreSQL: insert of the same bytes, a row a transaction", $"{alone:N0}/s", "", ""),
            ("CreateServiceOrder over gRPC, one server", $"{rate[0]:N0}/s", $"{rate[0] / alone:0.00} of that", ">= 0.5"),
            ("CreateServiceOrder over gRPC, three servers", $"{rate[Servers - 1]:N0}/s", $"{rate[Servers - 1] / rate[0]:0.00} of one", ">= 0.9"),
        ];
    }

    private static async Task<double> CreateAsync(List<BenchmarkServer> servers, LoadPlan plan, TimeSpan time)
    {
        var clients = servers.ConvertAll(server => ServiceOrderingClient.Connect(server.Grpc.ToString(), new ServiceOrderingClientOptions { RepeatCreations = false }));
        var order = BenchmarkServer.Order();
        var next = 0;
        // What is compiled while it runs is compiled beside the database, the callers and the other servers.
        await plan.RateAsync(CallAsync, WarmUps * plan.WarmUp);
        var load = await plan.RateAsync(CallAsync, time);
        clients.ForEach(client => client.Dispose());
        return load.Rate;

        Task CallAsync() => clients[(int)((uint)Interlocked.Increment(ref next) % clients.Count)].ServiceOrders.CreateServiceOrderAsync(order).ResponseAsync;
    }

    private static async Task<double> PgbenchAsync(BenchmarkDatabase database, TimeSpan time)
    {
        using (var connection = (NpgsqlConnection)database.Connect())
        {
            await using var create = new NpgsqlCommand("create table inserted (id bigint generated always as identity primary key, body text not null)", connection);
            await create.ExecuteNonQueryAsync();
        }
        var script = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.sql");
        await File.WriteAllTextAsync(script, "insert into inserted (body) values (:body);\n");
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var start = new ProcessStartInfo(Directory.GetFiles("/usr/lib/postgresql", "pgbench", SearchOption.AllDirectories).LastOrDefault() ?? "pgbench")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "--no-vacuum", "--protocol=prepared", $"--client={LoadPlan.Callers}", "--jobs=2", $"--time={Math.Max(1, (int)time.TotalSeconds)}", $"--file={script}",
                $"--define=body={JsonFormat.ToText(BenchmarkServer.Order().ServiceOrder)}",
                $"--host={settings.Host}", $"--port={settings.Port}", $"--username={settings.Username}", settings.Database!,
            },
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        File.Delete(script);
        var line = output.Split('\n').LastOrDefault(line => line.StartsWith("tps = ", StringComparison.Ordinal)) ?? throw new InvalidOperationException(await error);
        return double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture);
    }
}
