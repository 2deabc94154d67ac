using Grpc.Core;
using ServiceOrdering.Server.Errors;

namespace ServiceOrdering.Server.Hosting;

/// <summary>What ends a stream besides its caller: the server's shutting down, and the end of the credentials that it was opened with.</summary>
internal sealed class StreamEnd : IDisposable
{
    // What a timer takes, about; nobody's stream lives as long.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource? _expiry;
    private readonly CancellationTokenSource _end;

    public StreamEnd(ServerCallContext context, IHostApplicationLifetime lifetime, TimeProvider time)
    {
        _stopping = lifetime.ApplicationStopping;
        if (context.Identity().Until is { } until && until - time.GetUtcNow() is var left && left < Longest)
            _expiry = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        _end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, _stopping, _expiry?.Token ?? CancellationToken.None);
    }

    public CancellationToken Token => _end.Token;

    /// <summary>Why it has ended, in a way that has clients come back; null where they have ended it.</summary>
    public RpcException? Reason =>
        _stopping.IsCancellationRequested ? ApiErrors.ServerUnavailable("The server is shutting down.")
        : _expiry is { IsCancellationRequested: true } ? ApiErrors.ServerUnavailable("The credentials that the stream was opened with have expired: open it again with new ones.")
        : null;

    public Task CancelAsync() => _end.CancelAsync();

    public void Dispose()
    {
        _end.Dispose();
        _expiry?.Dispose();
    }
}
