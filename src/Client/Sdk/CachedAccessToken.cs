namespace ServiceOrdering.Client;

/// <summary>A token and when it ends.</summary>
/// <param name="Value">What is sent as <c>authorization: Bearer …</c>.</param>
/// <param name="Expires">When the server takes it no more.</param>
public sealed record AccessToken(string Value, DateTimeOffset Expires);

/// <summary>
/// Remembers a token until shortly before it ends. Whoever asks while one is fetched waits for that one; a fetch that fails is told to all
/// who wait for it, and the next who asks fetches again. Thread-safe.
/// </summary>
/// <param name="fetch">Fetches a token. Its own time limit is its own matter: it is not ended when one of those who wait has gone.</param>
/// <param name="time">Tells the time. Default: the system's clock.</param>
public sealed class CachedAccessToken(Func<Task<AccessToken>> fetch, TimeProvider? time = null)
{
    // A call that begins before the end should not arrive after it.
    private static readonly TimeSpan LongestMargin = TimeSpan.FromSeconds(30);
    private const double Margin = 0.1;

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private Task<Fetched>? _current;

    /// <summary>The token; fit to be <see cref="ServiceOrderingClientOptions.AccessToken"/>.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask<string> GetAsync(CancellationToken cancellationToken = default)
    {
        var fetched = await Current().WaitAsync(cancellationToken);
        return fetched.Token.Value;
    }

    private Task<Fetched> Current()
    {
        lock (_gate)
        {
            var isGood = _current is { IsCompleted: false } || (_current is { IsCompletedSuccessfully: true, Result: var fetched } && _time.GetUtcNow() < fetched.Until);
            return isGood ? _current! : _current = FetchAsync();
        }
    }

    private async Task<Fetched> FetchAsync()
    {
        // Not under the lock.
        await Task.Yield();
        var asked = _time.GetUtcNow();
        var token = await fetch();
        var margin = TimeSpan.FromTicks(Math.Min(LongestMargin.Ticks, (long)((token.Expires - asked).Ticks * Margin)));
        return new Fetched(token, token.Expires - margin);
    }

    private sealed record Fetched(AccessToken Token, DateTimeOffset Until);
}
