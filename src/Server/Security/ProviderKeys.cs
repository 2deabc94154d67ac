using System.Net.Mime;
using System.Text;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace ServiceOrdering.Server.Security;

/// <summary>
/// Keys of a provider that is found by discovery (OpenID Connect Discovery 1.0). They are read again every five minutes, beside the
/// requests, and at once for a token with a key that is not among them, at most every ten seconds. A provider that is away leaves what
/// was read last, for a day; where nothing was read, its tokens are answered with 503 until it is back. Nobody waits for longer
/// than the timeout.
/// </summary>
internal sealed partial class ProviderKeys(BearerOptions options, TimeProvider time, ILogger<ProviderKeys> logger) : ISigningKeys, IDisposable
{
    private const int LargestDocument = 1 << 20;

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(10);

    // What is trusted is read from where the configuration says, and from nowhere that a redirect leads to.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(10) })
    {
        Timeout = options.Timeout,
        MaxResponseContentBufferSize = LargestDocument,
    };
    private readonly string _discovery = options.Authority!.TrimEnd('/') + "/.well-known/openid-configuration";
    private readonly Lock _gate = new();

    private volatile State _state = new(null, null, "", DateTimeOffset.MinValue, DateTimeOffset.MinValue);
    private Task<State>? _reading;

    public async ValueTask<SigningKeys> GetAsync()
    {
        var state = _state;
        var now = time.GetUtcNow();
        if (state.Keys is { } keys && now - state.Read < Kept)
        {
            if (now - state.Read >= Fresh && now - state.Tried >= BetweenReads)
                _ = ReadAsync();
            return keys;
        }
        return Of(now - state.Tried < BetweenReads ? state : await ReadAsync());
    }

    public async ValueTask<SigningKeys> RenewAsync(SigningKeys known)
    {
        var state = _state;
        if (state.Keys is { } keys && !ReferenceEquals(keys, known))
            return keys;
        if (time.GetUtcNow() - state.Tried >= BetweenReads)
            state = await ReadAsync();
        // Whether the key is a new one of the provider's, nobody can say now.
        return state.Failure is { } failure ? throw new ProviderUnreachableException(failure) : Of(state);
    }

    public void Dispose() => _http.Dispose();

    private static SigningKeys Of(State state) => state.Keys ?? throw new ProviderUnreachableException(state.Failure!);

    /// <summary>Reads the keys; who comes meanwhile gets the same.</summary>
    private Task<State> ReadAsync()
    {
        lock (_gate)
        {
            return _reading is { IsCompleted: false } reading ? reading : _reading = Task.Run(ReadOnceAsync);
        }
    }

    private async Task<State> ReadOnceAsync()
    {
        var before = _state;
        try
        {
            var document = OpenIdConnectConfiguration.Create(await FetchAsync(_discovery));
            var issuer = options.Issuer ?? document.Issuer;
            if (string.IsNullOrEmpty(issuer) || string.IsNullOrEmpty(document.JwksUri))
                throw new InvalidDataException($"{_discovery} names no issuer, or no jwks_uri.");
            if (!options.AllowHttp && !document.JwksUri.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
                throw new InvalidDataException($"{_discovery} names '{document.JwksUri}' for keys, which is reached without TLS.");
            var text = await FetchAsync(document.JwksUri);
            var source = issuer + '\n' + text;
            // The same keys are the same object: what was found out with them stays good.
            var keys = source == before.Source ? before.Keys : FileKeys.Parse(Encoding.UTF8.GetBytes(text), issuer);
            var now = time.GetUtcNow();
            if (before.Failure is not null)
                LogReachable(options.Authority!);
            return _state = new State(keys, null, source, now, now);
        }
        catch (Exception e)
        {
            if (before.Failure is null)
                LogUnreachable(options.Authority!, e.Message);
            var now = time.GetUtcNow();
            var isKept = now - before.Read < Kept;
            return _state = before with { Keys = isKept ? before.Keys : null, Source = isKept ? before.Source : "", Failure = e, Tried = now };
        }
    }

    private async Task<string> FetchAsync(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "Accept", MediaTypeNames.Application.Json } } };
        using var answer = await _http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStringAsync();
    }

    [LoggerMessage(1, LogLevel.Error, "The keys of {Authority} cannot be read: {Reason} Tokens whose key is known go on to be taken, others are answered with 503; this is not repeated")]
    private partial void LogUnreachable(string authority, string reason);

    [LoggerMessage(2, LogLevel.Warning, "The keys of {Authority} can be read again")]
    private partial void LogReachable(string authority);

    private sealed record State(SigningKeys? Keys, Exception? Failure, string Source, DateTimeOffset Read, DateTimeOffset Tried);
}
