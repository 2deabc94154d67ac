using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Security.ApiKeys;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>Keys that the server gives out and takes back.</summary>
public sealed partial class ApiKeyTests : IDisposable
{
    private const string Path = "/administration/v1/apiKeys";
    private readonly ControlledTime _time = new();
    private readonly RunningServer _server;
    private readonly string _administrator;

    public ApiKeyTests()
    {
        _server = new RunningServer(_time, ("Security:ApiKeys:Enabled", "true"));
        _administrator = _server.Service<ApiKeyStore>().CreateAsync(Caller.Server, new ApiKey { Name = "first", Roles = { "administrator" } }, Cancel).GetAwaiter().GetResult().Text;
    }

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_key_lets_in_by_either_header_over_both_protocols()
    {
        var key = (await CreateAsync(new { name = "desk", roles = new[] { "reader" } })).Json["key"]!.GetValue<string>();

        Assert.Matches(Form(), key);
        Assert.Equal(HttpStatusCode.OK, (await _server.GetAsync(RunningServer.ServiceOrderPath, ("X-API-Key", key))).Status);
        Assert.Equal(HttpStatusCode.OK, (await _server.GetAsync(RunningServer.ServiceOrderPath, ("Authorization", $"Bearer {key}"))).Status);
        Assert.Equal(0, (await _server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest(), new Metadata { { "x-api-key", key } }, cancellationToken: Cancel)).TotalCount);
        Assert.Equal(HttpStatusCode.Forbidden, (await _server.SendAsync(HttpMethod.Post, RunningServer.ServiceOrderPath, ExampleOrders.Minimal, ("X-API-Key", key))).Status);
    }

    [Fact]
    public async Task The_name_of_a_key_is_the_actor_of_what_is_done_with_it()
    {
        var job = await AdministerAsync(HttpMethod.Post, "/fulfillment/v1/jobs", new { operation = "JOB_OPERATION_HOLD_ORDERS", filter = "*" });

        Assert.Equal("first", (string?)job.Json["job"]!["actor"]);
    }

    [Fact]
    public async Task A_key_is_stored_nowhere_and_told_once()
    {
        var created = await CreateAsync(new { name = "desk", scopes = new[] { "service-ordering:service-order:read" } });
        var key = created.Json["key"]!.GetValue<string>();
        var secret = key.Split('_')[2][..64];

        var listed = await AdministerAsync(HttpMethod.Get, Path);

        Assert.DoesNotContain(secret, listed.Body, StringComparison.Ordinal);
        Assert.Contains(created.Json["apiKey"]!["id"]!.GetValue<string>(), listed.Body, StringComparison.Ordinal);
        var kept = _server.Query<string>("select body from api_key union all select hash from api_key_secret");
        Assert.Equal(4, kept.Count);
        Assert.DoesNotContain(kept, text => text.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_is_revoked_is_refused_after_a_few_seconds_where_it_was_just_used()
    {
        var created = (await CreateAsync(new { name = "desk", roles = new[] { "reader" } })).Json;
        var (id, key) = ((string)created["apiKey"]!["id"]!, (string)created["key"]!);
        Assert.Equal(HttpStatusCode.OK, (await _server.GetAsync(RunningServer.ServiceOrderPath, ("X-API-Key", key))).Status);

        var revoked = await AdministerAsync(HttpMethod.Post, $"{Path}/{id}:revoke", new { });
        var again = await AdministerAsync(HttpMethod.Post, $"{Path}/{id}:revoke", new { });
        _time.Move(TimeSpan.FromSeconds(4));

        Assert.Equal("first", (string?)revoked.Json["revokedBy"]);
        Assert.Equal(revoked.Body, again.Body);
        (await _server.GetAsync(RunningServer.ServiceOrderPath, ("X-API-Key", key))).IsError(HttpStatusCode.Unauthorized, "41");
        Assert.Contains(id, (await AdministerAsync(HttpMethod.Get, Path + "?state=revoked")).Body, StringComparison.Ordinal);
        (await AdministerAsync(HttpMethod.Post, $"{Path}/x:revoke", new { })).IsError(HttpStatusCode.NotFound, "60");
    }

    [Fact]
    public async Task A_key_is_good_until_it_expires()
    {
        var expires = _time.GetUtcNow().AddHours(1);
        var key = (string)(await CreateAsync(new { name = "desk", roles = new[] { "reader" }, expiresDate = expires })).Json["key"]!;
        Assert.Equal(HttpStatusCode.OK, (await _server.GetAsync(RunningServer.ServiceOrderPath, ("X-API-Key", key))).Status);

        _time.MoveTo(expires);

        (await _server.GetAsync(RunningServer.ServiceOrderPath, ("X-API-Key", key))).IsError(HttpStatusCode.Unauthorized, "42");
    }

    [Fact]
    public async Task When_a_key_was_used_last_is_told_to_the_minute()
    {
        var created = (await CreateAsync(new { name = "desk", roles = new[] { "reader" } })).Json;
        var used = _time.GetUtcNow();
        await _server.GetAsync(RunningServer.ServiceOrderPath, ("X-API-Key", (string)created["key"]!));

        _time.Move(TimeSpan.FromMinutes(1));
        var last = await WrittenAsync((string)created["apiKey"]!["id"]!);

        Assert.Equal(used, DateTimeOffset.Parse(last, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Nobody_gives_a_key_more_than_they_have()
    {
        var limited = (string)(await CreateAsync(new { name = "limited", scopes = new[] { "administration:api-key:create", "service-ordering:service-order:read" } })).Json["key"]!;
        var headers = new Metadata { { "x-api-key", limited } };

        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.Client.ApiKeys.CreateApiKeyAsync(
            new CreateApiKeyRequest { Name = "more", Roles = { "administrator", "reader" }, Scopes = { "service-ordering:service-order:read", "service-ordering:service-order:delete" } }, headers, cancellationToken: Cancel));

        Assert.Equal(("API_KEY_GRANT_FORBIDDEN", StatusCode.PermissionDenied), (refusal.Reason, refusal.StatusCode));
        Assert.Equal(["roles[0]", "roles[1]", "scopes[1]"], refusal.Violations.Select(violation => violation.Field));
        await _server.Client.ApiKeys.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "same", Scopes = { "service-ordering:service-order:read" } }, headers, cancellationToken: Cancel);
    }

    [Fact]
    public async Task What_is_wrong_with_a_key_that_is_asked_for_is_told_at_once()
    {
        var answer = (await CreateAsync(new { name = "server", roles = new[] { "boss" }, scopes = new[] { "service-inventory:service:eat" }, expiresDate = "2020-01-01T00:00:00Z" })).IsErrorBody(HttpStatusCode.BadRequest);

        Assert.Equal(["/expiresDate", "/name", "/roles/0", "/scopes/0"], answer.Violations.Select(violation => violation.Path).Order(StringComparer.Ordinal));
        Assert.Contains("administrator, orchestrator, order-desk, partner, reader", answer.Body, StringComparison.Ordinal);
        Assert.Contains("'service-inventory:service:eat' is no scope. Allowed: service-inventory:service:create|delete|read|update.", (string?)answer.Json["errors"]![2]!["message"] + answer.Json["errors"]![3]!["message"], StringComparison.Ordinal);
        (await CreateAsync(new { name = "nothing" })).IsErrorBody(HttpStatusCode.BadRequest);
    }

    private Task<RestAnswer> CreateAsync(object request) => AdministerAsync(HttpMethod.Post, Path, request);

    private Task<RestAnswer> AdministerAsync(HttpMethod method, string path, object? body = null) =>
        _server.SendAsync(method, path, body is null ? null : JsonSerializer.Serialize(body), ("X-API-Key", _administrator));

    /// <summary>The write goes on beside: it is asked for until it is there.</summary>
    private async Task<string> WrittenAsync(string id)
    {
        while (true)
        {
            Cancel.ThrowIfCancellationRequested();
            if (_server.Query<string?>("select last_used from api_key_secret where api_key_id = @id and last_used is not null", new { id }) is [{ } last])
                return last;
            await Task.Yield();
        }
    }

    [GeneratedRegex("^sok_[0-9a-f]{32}_[0-9a-f]{64}[0-9a-f]{8}$")]
    private static partial Regex Form();
}
