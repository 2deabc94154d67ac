using System.Net;
using System.Text.Json;
using Grpc.Core;
using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>Who is let through, over both protocols.</summary>
public sealed class AccessTests : IDisposable
{
    private readonly TokenIssuer _issuer = new();
    private readonly RunningServer _server;

    public AccessTests() => _server = new RunningServer(_issuer.Settings);

    public void Dispose()
    {
        _server.Dispose();
        _issuer.Dispose();
    }

    [Fact]
    public async Task A_caller_without_credentials_is_told_so_in_the_body_of_the_api()
    {
        using var answer = await _server.Http.GetAsync(RunningServer.ServiceOrderPath, Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
        var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement;
        Assert.Equal("40", body.GetProperty("code").GetString());
        Assert.Equal("401", body.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_caller_without_credentials_is_told_so_over_grpc()
    {
        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.ServiceOrders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = "1" }, cancellationToken: Cancel));

        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);
        Assert.Equal("CREDENTIALS_MISSING", refusal.Reason);
    }

    [Fact]
    public async Task The_scope_that_is_missing_is_named()
    {
        var headers = TokenIssuer.Bearer(_issuer.Issue("desk", scope: "service-ordering:service-order:read"));

        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
            await _server.ServiceOrders.DeleteServiceOrderAsync(new DeleteServiceOrderRequest { Id = "1" }, headers, cancellationToken: Cancel));

        Assert.Equal(StatusCode.PermissionDenied, refusal.StatusCode);
        Assert.Equal("SCOPE_MISSING", refusal.Reason);
        Assert.Contains("'service-ordering:service-order:delete'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_gives_its_scopes()
    {
        using var http = _server.HttpAs(_issuer.Issue("desk", roles: "reader"));

        using var answer = await http.GetAsync(RunningServer.ServiceOrderPath, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
