using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Grpc.Core;

namespace ServiceOrdering.Client;

/// <summary>Gets tokens for a program's own account. Failures say what the provider answered, and never the secret.</summary>
internal sealed class TokenEndpoint(ClientCredentials credentials, Func<HttpMessageHandler> transport, bool allowClear, TimeProvider time)
{
    private const string Discovery = ".well-known/openid-configuration";
    private const int LongestText = 300;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    // A provider that does not say how long a token is good for is asked again soon.
    private static readonly TimeSpan DefaultLife = TimeSpan.FromMinutes(1);

    private Uri? _endpoint = credentials.TokenEndpoint;

    public async Task<AccessToken> FetchAsync()
    {
        _endpoint ??= await DiscoverAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, Checked(_endpoint)) { Content = new FormUrlEncodedContent(Form()) };
        // Both are form-encoded first (RFC 6749, 2.3.1).
        var account = $"{Uri.EscapeDataString(credentials.ClientId)}:{Uri.EscapeDataString(credentials.ClientSecret)}";
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(account)));
        var answer = await SendAsync(request);
        if (Member(answer, "access_token") is not { Length: > 0 } token)
        {
            throw Refused($"The answer of {_endpoint} has no access_token.");
        }

        var life = answer.TryGetProperty("expires_in", out var seconds) && seconds.ValueKind == JsonValueKind.Number && seconds.TryGetDouble(out var number) && number is > 0 and < 1e9
            ? TimeSpan.FromSeconds(number)
            : DefaultLife;
        return new AccessToken(token, time.GetUtcNow() + life);
    }

    private async Task<Uri> DiscoverAsync()
    {
        var authority = credentials.Authority!;
        var document = new Uri($"{authority.ToString().TrimEnd('/')}/{Discovery}");
        using var request = new HttpRequestMessage(HttpMethod.Get, Checked(document));
        var answer = await SendAsync(request);
        return Uri.TryCreate(Member(answer, "token_endpoint"), UriKind.Absolute, out var endpoint)
            ? endpoint
            : throw Refused($"{document} does not name a token_endpoint.");
    }

    private IEnumerable<KeyValuePair<string, string>> Form()
    {
        yield return new("grant_type", "client_credentials");
        if (credentials.Scope is { Length: > 0 } scope)
        {
            yield return new("scope", scope);
        }

        if (credentials.Audience is { Length: > 0 } audience)
        {
            yield return new("audience", audience);
        }
    }

    private async Task<JsonElement> SendAsync(HttpRequestMessage request)
    {
        // Tokens are fetched rarely: no connection is kept for the next one.
        using var http = new HttpClient(transport()) { Timeout = TimeLimit, MaxResponseContentBufferSize = 1024 * 1024 };
        try
        {
            using var response = await http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            if (!response.IsSuccessStatusCode)
            {
                throw Refused($"{request.RequestUri} answered {(int)response.StatusCode}{Explanation(text)}.", isPassing: (int)response.StatusCode is >= 500 or 429);
            }

            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw Refused($"The answer of {request.RequestUri} is no JSON object.");
        }
        catch (JsonException exception)
        {
            throw Refused($"The answer of {request.RequestUri} is no JSON.", cause: exception);
        }
        catch (HttpRequestException exception)
        {
            throw Refused($"No answer from {request.RequestUri}: {exception.GetBaseException().Message}", isPassing: true, exception);
        }
        catch (OperationCanceledException exception)
        {
            throw Refused($"No answer from {request.RequestUri} within {TimeLimit.TotalSeconds:0} s.", isPassing: true, exception);
        }
    }

    /// <summary>What the provider says is wrong (RFC 6749, 5.2).</summary>
    private static string Explanation(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var words = new[] { Member(document.RootElement, "error"), Member(document.RootElement, "error_description") }.OfType<string>();
            var told = string.Concat(string.Join(": ", words).Take(LongestText).Select(c => char.IsControl(c) ? ' ' : c));
            return told.Length > 0 ? $", {told}" : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static string? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    private Uri Checked(Uri address) => address.Scheme == Uri.UriSchemeHttps || address.IsLoopback || allowClear
        ? address
        : throw Refused($"Credentials would travel in the clear to {address}; use https.");

    // Reads are tried again while something is unavailable, and not where the provider has refused.
    private static RpcException Refused(string message, bool isPassing = false, Exception? cause = null) =>
        new(new Status(isPassing ? StatusCode.Unavailable : StatusCode.Unauthenticated, $"No token: {message}", cause));
}
