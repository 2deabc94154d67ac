using System.Diagnostics;
using Grpc.Core;
using ServiceOrdering.Client;

namespace ServiceOrdering.Cli.Transfer;

/// <summary>Repeats calls while what keeps them may pass, so that long work outlives a server that starts again.</summary>
internal static class Patience
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Calls until it succeeds, for a minute at most.</summary>
    /// <param name="call">The call, which may be made again.</param>
    /// <param name="interrupted">Is told when it fails the first time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<T> CallAsync<T>(Func<Task<T>> call, Action<string> interrupted, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        for (var pause = Shortest; ; pause = pause * 2 < Longest ? pause * 2 : Longest)
        {
            try
            {
                return await call();
            }
            catch (ServiceOrderingException failure) when (MayPass(failure) && Stopwatch.GetElapsedTime(begun) < Limit)
            {
                if (pause == Shortest)
                {
                    interrupted(failure.Status.Detail);
                }

                await Task.Delay(pause, cancellationToken);
            }
        }
    }

    private static bool MayPass(ServiceOrderingException failure) =>
        Failure.IsUnreachable(failure) || failure.StatusCode is StatusCode.ResourceExhausted or StatusCode.Aborted;
}
