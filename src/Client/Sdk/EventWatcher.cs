using Grpc.Core;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Client;

/// <summary>
/// Watches events for as long as it is read from: when the connection is lost or the server restarts, it comes back and goes
/// on after the last message, so that none is missing. docs/watch.md says what the messages mean.
/// </summary>
/// <remarks>
/// <para>After a loss it tries again at once the first time, then after a pause that doubles from one attempt to the next up to
/// <see cref="EventWatcherOptions.LongestPause"/>, shortened by a random part; the first message that arrives starts this
/// over. It does so for ever: cancel it to end it.</para>
/// <para>It fails with <see cref="ResumeTokenExpiredException"/> when it was away for longer than the server keeps events, and
/// with <see cref="ServiceOrderingException"/> when the server refuses the request.</para>
/// </remarks>
/// <param name="events">The stub, as <see cref="ServiceOrderingClient.Events"/> gives it.</param>
/// <param name="request">What to watch; it is not changed.</param>
/// <param name="options">What differs from the defaults.</param>
public sealed class EventWatcher(EventService.EventServiceClient events, WatchEventsRequest request, EventWatcherOptions? options = null)
    : IAsyncEnumerable<WatchEventsResponse>
{
    private readonly EventWatcherOptions _options = options ?? new EventWatcherOptions();
    private readonly WatchEventsRequest _request = request.Clone();

    /// <summary>
    /// The token of the last message that was dealt with: the one before the message that the loop is at. Keep it to go on
    /// after a restart of the program. Empty until there is one.
    /// </summary>
    public string ResumeToken { get; private set; } = request.ResumeToken;

    /// <summary>Watches; each time from <see cref="ResumeToken"/> on. One loop at a time.</summary>
    public async IAsyncEnumerator<WatchEventsResponse> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        var failures = 0;
        while (true)
        {
            _request.ResumeToken = ResumeToken;
            using var call = events.WatchEvents(_request, cancellationToken: cancellationToken);
            while (await TryMoveNextAsync(call, cancellationToken))
            {
                failures = 0;
                yield return call.ResponseStream.Current;
                if (call.ResponseStream.Current.ResumeToken.Length > 0)
                {
                    ResumeToken = call.ResponseStream.Current.ResumeToken;
                }
            }

            await Task.Delay(Pause(failures++), _options.TimeProvider, cancellationToken);
        }
    }

    /// <summary>False when the stream has ended or broken, and to try again may help.</summary>
    private async ValueTask<bool> TryMoveNextAsync(AsyncServerStreamingCall<WatchEventsResponse> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.ResponseStream.MoveNext(cancellationToken);
        }
        catch (ServiceOrderingException refusal) when (refusal.ErrorReason == ErrorReason.ResumeTokenExpired)
        {
            throw new ResumeTokenExpiredException(refusal);
        }
        catch (RpcException failure) when (!cancellationToken.IsCancellationRequested && Backoff.IsPassing(failure.StatusCode))
        {
            _options.Interrupted?.Invoke(failure);
            return false;
        }
    }

    private TimeSpan Pause(int failures) =>
        failures == 0 ? TimeSpan.Zero : Backoff.Pause(failures - 1, _options.ShortestPause, _options.LongestPause);
}

/// <summary>How an <see cref="EventWatcher"/> comes back.</summary>
public sealed record EventWatcherOptions
{
    /// <summary>The pause before the second attempt. Default: 200 ms.</summary>
    public TimeSpan ShortestPause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The pause that is not exceeded. Default: 30 seconds.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Is told of every interruption, before it comes back. Default: nobody is.</summary>
    public Action<RpcException>? Interrupted { get; init; }

    /// <summary>Measures the pauses. Default: the system's clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>The events after a resume token are no longer kept: what happened in between has to be found out otherwise, as by a snapshot.</summary>
public sealed class ResumeTokenExpiredException : Exception
{
    internal ResumeTokenExpiredException(ServiceOrderingException refusal)
        : base(refusal.Message, refusal) => OldestToken = refusal.Metadata.GetValueOrDefault("oldestToken", "");

    /// <summary>The oldest token that the server can still resume from.</summary>
    public string OldestToken { get; }
}
