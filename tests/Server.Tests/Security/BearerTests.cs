using System.Net;
using Microsoft.AspNetCore.Http;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>Which tokens are taken: by keys that change, and by what tokens say.</summary>
public sealed class BearerTests : IDisposable
{
    private static readonly DateTime Expires = new(2026, 1, 15, 12, 0, 0, DateTimeKind.Utc);

    private readonly TokenIssuer _first = new();
    private readonly TokenIssuer _second = new("second");
    private readonly ControlledTime _time = new();

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public async Task A_key_that_the_provider_has_made_since_is_fetched_with_the_first_token_that_needs_it()
    {
        await using var provider = await Provider.StartAsync(_first.Jwks);
        using var server = new RunningServer(_time, provider.Settings);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, Token(_first))).Status);

        provider.Jwks = _second.Jwks;
        _time.Move(TimeSpan.FromSeconds(11));

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, Token(_second))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(server, Token(_first))).Status);
        Assert.Equal(2, provider.Reads);
    }

    [Fact]
    public async Task Tokens_with_keys_that_are_unknown_do_not_have_the_provider_asked_each_time()
    {
        await using var provider = await Provider.StartAsync(_first.Jwks);
        using var server = new RunningServer(_time, provider.Settings);

        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(server, Token(_second))).Status);

        Assert.Equal(1, provider.Reads);
    }

    [Fact]
    public async Task Provider_that_is_not_there_is_told_as_unavailable_and_tokens_are_taken_when_it_is()
    {
        await using var provider = await Provider.StartAsync(_first.Jwks);
        provider.Before = http =>
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return Task.CompletedTask;
        };
        using var server = new RunningServer(_time, provider.Settings);

        var refused = await GetAsync(server, Token(_first));
        refused.IsError(HttpStatusCode.ServiceUnavailable, "5");
        Assert.Equal("1", refused.Headers["Retry-After"]);

        provider.Before = _ => Task.CompletedTask;
        _time.Move(TimeSpan.FromSeconds(11));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, Token(_first))).Status);
    }

    [Fact]
    public async Task Provider_that_does_not_answer_holds_nobody_up()
    {
        await using var provider = await Provider.StartAsync(_first.Jwks);
        provider.Before = http => Task.Delay(Timeout.Infinite, http.RequestAborted);
        using var server = new RunningServer([.. provider.Settings, ("Security:Bearer:Timeout", "00:00:00.2")]);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(server, _first.Issue("desk", roles: "reader"))).Status);
    }

    [Fact]
    public async Task Provider_that_goes_leaves_its_keys()
    {
        await using var provider = await Provider.StartAsync(_first.Jwks);
        using var server = new RunningServer(_time, provider.Settings);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, Token(_first))).Status);

        await provider.DisposeAsync();
        _time.Move(TimeSpan.FromMinutes(20));

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, Token(_first))).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, Token(_first, "other"))).Status);
    }

    [Fact]
    public async Task A_file_of_keys_that_changes_is_read_again_and_one_that_cannot_be_used_is_not()
    {
        using var server = new RunningServer(_time, _first.Settings);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, Token(_first))).Status);

        _first.WriteKeys("{ half of a fi");
        _time.Move(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, Token(_first))).Status);

        _first.WriteKeys(_second.Jwks);
        _time.Move(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, Token(_second))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(server, Token(_first))).Status);
    }

    [Fact]
    public async Task A_token_that_was_good_is_not_any_more_when_it_has_expired()
    {
        using var server = new RunningServer(_time, _first.Settings);
        var token = Token(_first);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, token)).Status);

        _time.MoveTo(new DateTimeOffset(Expires) + TimeSpan.FromSeconds(31));

        (await GetAsync(server, token)).IsError(HttpStatusCode.Unauthorized, "42");
    }

    [Fact]
    public async Task A_genuine_token_that_is_for_something_else_or_not_clear_is_refused()
    {
        using var server = new RunningServer(_first.Settings);
        (string Claim, object Value)[] wrong =
        [
            ("typ", "Refresh"), ("typ", "ID"), ("at_hash", "x"), ("nonce", "x"),
            ("client_id", ""), ("client_id", "server"), ("client_id", "two\nlines"), ("client_id", new string('x', 256)),
            ("party", ""), ("party", 7), ("party", new[] { "A", "B" }),
            ("cnf", "x"), ("cnf", new Dictionary<string, object> { ["jkt"] = "x" }), ("cnf", new Dictionary<string, object> { ["x5t#S256"] = 1 }),
        ];

        foreach (var (claim, value) in wrong)
            (await GetAsync(server, _first.Issue((claim, value)))).IsError(HttpStatusCode.Unauthorized, "41");
    }

    [Fact]
    public async Task Types_of_access_tokens_are_taken()
    {
        using var server = new RunningServer(_first.Settings);
        var claims = new Dictionary<string, object> { ["client_id"] = "desk", ["roles"] = new[] { "reader" } };

        foreach (var type in new[] { null, "JWT", "at+jwt", "application/at+jwt" })
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, _first.Sign(claims, TokenIssuer.Audience, DateTime.UtcNow.AddHours(1), type: type))).Status);
    }

    [Theory]
    [InlineData("realm_access.roles", """{"roles":["reader"]}""")]
    [InlineData("resource_access.service-ordering.roles", """{"service-ordering":{"roles":["unknown","reader"]}}""")]
    public async Task Roles_are_found_within_a_claim_and_those_that_nobody_has_defined_are_nothing(string claim, string value)
    {
        using var server = new RunningServer([.. _first.Settings, ("Security:Bearer:RoleClaim", claim)]);
        var token = _first.Issue((claim.Split('.')[0], System.Text.Json.JsonDocument.Parse(value).RootElement));

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, token)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.SendAsync(HttpMethod.Post, RunningServer.ServiceOrderPath, "{}", ("Authorization", $"Bearer {token}"))).Status);
    }

    [Fact]
    public async Task The_challenge_says_what_was_wrong()
    {
        using var server = new RunningServer(_first.Settings);

        Assert.Equal("Bearer", (await server.GetAsync(RunningServer.ServiceOrderPath)).Headers["WWW-Authenticate"]);
        Assert.Equal(
            "Bearer error=\"invalid_token\", error_description=\"The token is none that this server takes.\"",
            (await GetAsync(server, "garbage")).Headers["WWW-Authenticate"]);
        Assert.Equal(
            "Bearer error=\"insufficient_scope\", scope=\"service-ordering:service-order:read\"", (await GetAsync(server, _first.Issue("nobody"))).Headers["WWW-Authenticate"]);
    }

    private static string Token(TokenIssuer issuer, string name = "desk") => issuer.Sign(
        new Dictionary<string, object> { ["client_id"] = name, ["roles"] = new[] { "reader" } }, TokenIssuer.Audience, Expires, notBefore: Expires.AddDays(-1));

    private static Task<RestAnswer> GetAsync(RunningServer server, string token) => server.GetAsync(RunningServer.ServiceOrderPath, ("Authorization", $"Bearer {token}"));
}
