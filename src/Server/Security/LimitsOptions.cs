namespace ServiceOrdering.Server.Security;

/// <summary>The section <c>Limits</c> of the configuration: how much one identity may ask for; where callers have no name, one address.</summary>
internal sealed record LimitsOptions : ISettings
{
    private const int MostOpen = 20_000;

    /// <summary>
    /// Whether callers are limited. Default: where callers say who they are, and where <c>Security:AllowAnonymous</c> lets others than
    /// this machine in without; a server that only this machine reaches limits nobody.
    /// </summary>
    public bool? Enabled { get; init; }

    /// <summary>Reads of one thing. Default: 5,000 a second, 10,000 at once.</summary>
    public RateLimit Reads { get; init; } = new() { PerSecond = 5000, Burst = 10_000 };

    /// <summary>Writes. Default: 2,000 a second, 4,000 at once.</summary>
    public RateLimit Writes { get; init; } = new() { PerSecond = 2000, Burst = 4000 };

    /// <summary>Lists, searches and topologies. Default: 100 a second, 200 at once.</summary>
    public RateLimit Searches { get; init; } = new() { PerSecond = 100, Burst = 200 };

    /// <summary>Requests of an address whose credentials are missing or no good. Default: 10 a second, 100 at once.</summary>
    public RateLimit Failures { get; init; } = new() { PerSecond = 10, Burst = 100 };

    /// <summary>Streams that are open at the same time: watches, streams of work, reflection. Default: 500.</summary>
    public int Streams { get; init; } = 500;

    /// <summary>Event subscriptions that there are at the same time. Default: 100.</summary>
    public int Subscriptions { get; init; } = 100;

    /// <summary>Whether callers are limited.</summary>
    public bool Apply(SecurityOptions security) => Enabled ?? (!security.IsOpen || security.AllowAnonymous);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        foreach (var problem in Reads.Problems(nameof(Reads)).Concat(Writes.Problems(nameof(Writes))).Concat(Searches.Problems(nameof(Searches))).Concat(Failures.Problems(nameof(Failures))))
            yield return problem;
        if (Streams is < 1 or > MostOpen)
            yield return $"Limits:Streams must be from 1 to {MostOpen}.";
        if (Subscriptions < 1)
            yield return "Limits:Subscriptions must be at least 1.";
    }
}

/// <summary>A bucket of tokens: each request takes one, and is refused where there is none.</summary>
internal sealed record RateLimit
{
    /// <summary>How many tokens come back in a second; 0.1 is one in ten seconds.</summary>
    public double PerSecond { get; init; }

    /// <summary>How many tokens the bucket holds: so many requests may come at once.</summary>
    public int Burst { get; init; }

    /// <summary>What is wrong with it.</summary>
    public IEnumerable<string> Problems(string name)
    {
        if (PerSecond is not (>= 0.001 and <= 1_000_000))
            yield return $"Limits:{name}:PerSecond must be from 0.001 to 1000000.";
        if (Burst is < 1 or > 10_000_000)
            yield return $"Limits:{name}:Burst must be from 1 to 10000000.";
    }
}
