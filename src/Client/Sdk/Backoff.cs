using Grpc.Core;

namespace ServiceOrdering.Client;

/// <summary>When to try again, and after how long.</summary>
internal static class Backoff
{
    /// <summary>Proxies and broken connections show themselves in many ways; what the server refuses for good is told by the others.</summary>
    public static bool IsPassing(StatusCode status) => status is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unknown
        or StatusCode.Cancelled or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted or StatusCode.Aborted;

    /// <summary>The pause after a number of failures in a row before this one: twice as long each time, shortened by a random part.</summary>
    public static TimeSpan Pause(int failures, TimeSpan shortest, TimeSpan longest)
    {
        var pause = Math.Min(longest.TotalSeconds, shortest.TotalSeconds * Math.Pow(2, Math.Min(failures, 30)));
        return TimeSpan.FromSeconds(pause * (0.5 + (Random.Shared.NextDouble() / 2)));
    }
}
