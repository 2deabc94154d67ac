using System.Diagnostics;

namespace ServiceOrdering.Benchmarks;

/// <summary>How long is measured.</summary>
internal sealed record LoadPlan(int Rounds, TimeSpan RoundTime, TimeSpan WarmUp)
{
    public const int Callers = 32;

    public static readonly LoadPlan Full = new(7, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4));
    public static readonly LoadPlan Quick = new(1, TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(300));

    /// <summary>Measures a call against its reference, turn by turn, so that what else the machine does meets both.</summary>
    public async Task<Row> CompareAsync(string what, Func<Task> call, string against, Func<Task> reference, string aim)
    {
        await RateAsync(reference, WarmUp);
        await RateAsync(call, WarmUp);
        var rounds = new List<(double Rate, double Reference)>();
        for (var i = 0; i < Rounds; i++)
        {
            var referenceRate = await RateAsync(reference, RoundTime);
            rounds.Add((await RateAsync(call, RoundTime), referenceRate));
        }
        return new Row(what, against, Median(rounds.Select(round => round.Rate)), Median(rounds.Select(round => round.Reference)),
            Median(rounds.Select(round => round.Rate / round.Reference)), aim);
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Calls per second of all callers together, each calling again as soon as it is answered.</summary>
    private static async Task<double> RateAsync(Func<Task> call, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            for (; watch.Elapsed < time; count++)
                await call();
            return count;
        })));
        return counts.Sum() / watch.Elapsed.TotalSeconds;
    }
}

/// <summary>One line of the result: medians over the rounds.</summary>
internal sealed record Row(string What, string Against, double Rate, double ReferenceRate, double Ratio, string Aim);
