using System.Net;

namespace ServiceOrdering.Server.Hub;

/// <summary>How events are sent to listeners: the configuration section <c>Webhooks</c>.</summary>
internal sealed record WebhookOptions : ISettings
{
    private static readonly TimeSpan[] Defaults =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2), TimeSpan.FromHours(1),
    ];

    /// <summary>How long an answer is waited for, connecting included. Default: 15 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long to wait after the first failure, the second and so on; the last one counts for all that follow. Default
    /// (where empty): 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 1 h.
    /// </summary>
    public TimeSpan[] RetryDelays { get; init; } = [];

    /// <summary>The share by which a delay is longer or shorter, at random. 0 to 0.5. Default: 0.1.</summary>
    public double RetryJitter { get; init; } = 0.1;

    /// <summary>How long after its first failure an event is last tried; then the subscription is suspended. Default: 5 days.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromDays(5);

    /// <summary>
    /// How many deliveries are under way at once to listeners that answer well, and as many again to those that failed or
    /// were slow. Default: 128.
    /// </summary>
    public int MaxConcurrentDeliveries { get; init; } = 128;

    /// <summary>How many attempts of each subscription can be looked at. Default: 100.</summary>
    public int AttemptsKept { get; init; } = 100;

    /// <summary>Networks that callbacks may lead to besides public addresses: <c>10.1.0.0/16</c>, <c>fd00:1::/64</c>. Default: none.</summary>
    public string[] AllowedNetworks { get; init; } = [];

    /// <summary>Hosts that callbacks may name wherever they resolve to: <c>listener.local</c>, <c>*.svc.local</c>. Default: none.</summary>
    public string[] AllowedHosts { get; init; } = [];

    /// <summary>The delay after a number of failures, 1 or more, without jitter.</summary>
    public TimeSpan RetryDelay(int failures)
    {
        var delays = RetryDelays.Length > 0 ? RetryDelays : Defaults;
        return delays[Math.Min(failures, delays.Length) - 1];
    }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromMinutes(5))
            yield return "Webhooks:Timeout must be more than 0 and at most 5 minutes.";
        if (Array.Exists(RetryDelays, delay => delay <= TimeSpan.Zero || delay > TimeSpan.FromDays(1)))
            yield return "Webhooks:RetryDelays must be more than 0 and at most a day each.";
        if (RetryJitter is not (>= 0 and <= 0.5))
            yield return "Webhooks:RetryJitter must be from 0 to 0.5.";
        if (GiveUpAfter < TimeSpan.Zero || GiveUpAfter > TimeSpan.FromDays(30))
            yield return "Webhooks:GiveUpAfter must be at most 30 days.";
        if (MaxConcurrentDeliveries is < 1 or > 10_000)
            yield return "Webhooks:MaxConcurrentDeliveries must be from 1 to 10000.";
        if (AttemptsKept is < 1 or > 10_000)
            yield return "Webhooks:AttemptsKept must be from 1 to 10000.";
        if (Array.Find(AllowedNetworks, network => !IPNetwork.TryParse(network, out _)) is { } bad)
            yield return $"Webhooks:AllowedNetworks has '{bad}', which is no network such as 10.1.0.0/16.";
        if (Array.Exists(AllowedHosts, host => host.Length == 0 || host.IndexOfAny(['/', ':', '@']) >= 0))
            yield return "Webhooks:AllowedHosts takes host names such as listener.local or *.svc.local.";
    }
}
