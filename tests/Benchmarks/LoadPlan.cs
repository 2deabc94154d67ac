using System.Diagnostics;

namespace ServiceOrdering.Benchmarks;

/// <summary>How long is measured.</summary>
internal sealed record LoadPlan(int Rounds, TimeSpan RoundTime, TimeSpan WarmUp, string Only = "", IReadOnlyList<Process>? Servers = null)
{
    public const int Callers = 32;

    public static readonly LoadPlan Full = new(7, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4));
    public static readonly LoadPlan Quick = new(1, TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(300));

    public async Task<IReadOnlyList<Row>> CompareAllAsync(IEnumerable<Comparison> comparisons)
    {
        var rows = new List<Row>();
        foreach (var comparison in comparisons.Where(comparison => comparison.What.Contains(Only, StringComparison.OrdinalIgnoreCase)))
            rows.Add(await CompareAsync(comparison));
        return rows;
    }

    // Turn by turn, so that what else the machine does meets both.
    private async Task<Row> CompareAsync(Comparison comparison)
    {
        var (what, call, against, reference, aim) = comparison;
        await RateAsync(reference, WarmUp);
        await RateAsync(call, WarmUp);
        var rounds = new List<(Load Call, Load Reference)>();
        for (var i = 0; i < Rounds; i++)
        {
            var referenceLoad = await RateAsync(reference, RoundTime);
            rounds.Add((await RateAsync(call, RoundTime), referenceLoad));
        }
        return new Row(what, against,
            new Load(Median(rounds.Select(round => round.Call.Rate)), Median(rounds.Select(round => round.Call.ServerMicroseconds))),
            new Load(Median(rounds.Select(round => round.Reference.Rate)), Median(rounds.Select(round => round.Reference.ServerMicroseconds))),
            Median(rounds.Select(round => round.Call.Rate / round.Reference.Rate)), aim);
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Calls per second of all callers together, each calling again as soon as it is answered.</summary>
    public async Task<Load> RateAsync(Func<Task> call, TimeSpan time)
    {
        var before = ServerTime();
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            for (; watch.Elapsed < time; count++)
                await call();
            return count;
        })));
        return new Load(counts.Sum() / watch.Elapsed.TotalSeconds, (ServerTime() - before).TotalMicroseconds / counts.Sum());
    }

    private TimeSpan ServerTime()
    {
        var time = TimeSpan.Zero;
        foreach (var server in Servers ?? [])
        {
            server.Refresh();
            time += server.TotalProcessorTime;
        }
        return time;
    }
}

/// <summary>Calls per second, and the processor time that the server spent on each: what other programs do does not change that.</summary>
internal sealed record Load(double Rate, double ServerMicroseconds);

/// <summary>A call and the reference that it is measured against.</summary>
internal sealed record Comparison(string What, Func<Task> Call, string Against, Func<Task> Reference, string Aim);

/// <summary>One line of the result: medians over the rounds.</summary>
internal sealed record Row(string What, string Against, Load Call, Load Reference, double Ratio, string Aim);
