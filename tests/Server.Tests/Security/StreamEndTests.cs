using Grpc.Core;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Fulfillment.V1;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>A stream is not open for longer than the credentials are good that it was opened with.</summary>
public sealed class StreamEndTests : IDisposable
{
    private readonly ControlledTime _time = new();
    private readonly TokenIssuer _issuer = new();
    private readonly RunningServer _server;

    // A message that is being written when a stream ends is cut off, and with it the reason: nothing is told before that here.
    public StreamEndTests() => _server = new RunningServer(_time, [.. _issuer.Settings, ("Events:CheckpointInterval", "01:00:00")]);

    public void Dispose()
    {
        _server.Dispose();
        _issuer.Dispose();
    }

    [Fact]
    public async Task A_watch_ends_with_its_token_and_says_why()
    {
        var (headers, expires) = Token();
        using var watch = _server.Events.WatchEvents(new WatchEventsRequest(), headers, cancellationToken: Cancel);
        await _time.WaitForTimerAsync(expires);
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));

        _time.MoveTo(expires);

        await AssertEndsAsync(watch.ResponseStream);
    }

    [Fact]
    public async Task A_stream_of_work_ends_with_its_token_and_says_why()
    {
        var (headers, expires) = Token();
        using var work = _server.Client.Fulfillment.StreamWork(headers, cancellationToken: Cancel);
        await work.RequestStream.WriteAsync(new StreamWorkRequest { Start = new WorkerStart { Worker = "lasse" } }, Cancel);
        await _time.WaitForTimerAsync(expires);

        _time.MoveTo(expires);

        await AssertEndsAsync(work.ResponseStream);
    }

    private static async Task AssertEndsAsync<T>(IAsyncStreamReader<T> stream)
    {
        var end = await Assert.ThrowsAnyAsync<RpcException>(async () =>
        {
            while (await stream.MoveNext(Cancel))
            {
            }
        });

        Assert.Equal(StatusCode.Unavailable, end.StatusCode);
        Assert.Contains("credentials", end.Status.Detail, StringComparison.Ordinal);
    }

    private (Metadata Headers, DateTimeOffset Expires) Token()
    {
        var expires = _time.GetUtcNow().AddMinutes(20);
        return (TokenIssuer.Bearer(_issuer.Sign(new() { ["client_id"] = "lasse", ["roles"] = new[] { "orchestrator" } }, TokenIssuer.Audience, expires.UtcDateTime)), expires);
    }
}
