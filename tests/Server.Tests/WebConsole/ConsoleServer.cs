using ServiceOrdering.Server.Tests.Fulfillment;

namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>A server that checks orders and hands out their items, for the tests of a class.</summary>
public sealed class ConsoleServer : IDisposable
{
    public WorkingServer Working { get; } = new();

    public RunningServer Server => Working.Server;

    /// <summary>Completes everything that can be worked, until it is stopped.</summary>
    public async Task WorkAsync(CancellationToken end)
    {
        try
        {
            while (!end.IsCancellationRequested)
            {
                foreach (var assignment in await Working.PollAsync(10, seconds: 1))
                    await Working.CompleteAsync(assignment);
            }
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // The test is over.
        }
    }

    public void Dispose() => Working.Dispose();
}
