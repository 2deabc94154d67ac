using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Security;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Tests.Hub;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>What the log says of those who were refused, and what it never says.</summary>
public sealed class AuditTests : IDisposable
{
    private const string Marker = "MARKERx7Qz";

    private readonly TokenIssuer _issuer = new();
    private readonly WholeLog _log = new();
    private readonly RunningServer _server;

    public AuditTests() => _server = new RunningServer(
        services => services.AddSingleton<ILoggerProvider>(_log), [.. _issuer.Settings, .. WholeLog.Settings, ("Limits:Failures:Burst", "100000")]);

    public void Dispose()
    {
        _server.Dispose();
        _issuer.Dispose();
    }

    [Fact]
    public async Task Who_is_refused_is_told_with_address_method_reason_and_trace()
    {
        await _server.GetAsync(RunningServer.ServiceOrderPath, ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        await DeleteAsync("desk", "service-ordering:service-order:read");

        var lines = _log.Of(SecurityAudit.Category);
        Assert.Equal(2, lines.Count);
        Assert.StartsWith("Refused nobody from 127.0.0.1: /tmf.serviceordering.v4.ServiceOrderService/ListServiceOrders, CREDENTIALS_MISSING, trace 0af7651916cd43dd8448eb211c80319c; 0 like it", lines[0]);
        Assert.StartsWith("Refused desk from 127.0.0.1: /tmf.serviceordering.v4.ServiceOrderService/DeleteServiceOrder, SCOPE_MISSING, trace ", lines[1]);
    }

    [Fact]
    public async Task An_attempt_to_change_something_that_fails_is_told_and_a_read_that_finds_nothing_is_not()
    {
        await DeleteAsync("desk", "service-ordering:service-order:delete");
        await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.ServiceOrders.GetServiceOrderAsync(
            new GetServiceOrderRequest { Id = "none" }, TokenIssuer.Bearer(_issuer.Issue("desk", roles: "administrator")), cancellationToken: Cancel));

        Assert.StartsWith("Not done for desk from 127.0.0.1: /tmf.serviceordering.v4.ServiceOrderService/DeleteServiceOrder, SERVICE_ORDER_NOT_FOUND", Assert.Single(_log.Of(SecurityAudit.Category)));
    }

    [Fact]
    public async Task Who_is_refused_again_and_again_does_not_fill_the_log_nor_hide_others()
    {
        for (var i = 0; i < 50; i++)
            await _server.GetAsync(RunningServer.ServiceOrderPath);
        await DeleteAsync("desk", "service-ordering:service-order:read");

        var lines = _log.Of(SecurityAudit.Category);
        Assert.Equal(10, lines.Count(line => line.Contains("CREDENTIALS_MISSING", StringComparison.Ordinal)));
        Assert.Single(lines, line => line.Contains("SCOPE_MISSING", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_done_to_keys_is_told()
    {
        var audit = _server.Service<SecurityAudit>();
        var caller = new Caller(new Identity("root"), "");

        audit.KeyCreated(caller, "k1", "desk", ["reader", "partner"]);
        audit.KeyRevoked(caller, "k1", "desk");

        var lines = _log.Of(SecurityAudit.Category);
        Assert.StartsWith("root made the API key k1 for desk: reader partner", lines[0]);
        Assert.StartsWith("root revoked the API key k1 of desk", lines[1]);
    }

    [Fact]
    public async Task No_line_of_the_log_has_a_secret_whatever_its_level()
    {
        var secret = "whsec_" + Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(Marker + "0123456789012345"));
        var secretInSettings = secret["whsec_".Length..];
        var token = _issuer.Issue("root", roles: "administrator");
        var signature = token.Split('.')[2];
        using var http = _server.HttpAs(token);
        await using var listener = await Listener.StartAsync();
        listener.Answers(StatusCodes.Status410Gone);
        using var forged = _server.HttpAs($"{token.Split('.')[0]}.{token.Split('.')[1]}.{Marker}");

        await _server.GetAsync($"{RunningServer.ServiceOrderPath}?access_token={Marker}", ("Authorization", $"Basic {Marker}"), ("X-API-Key", Marker), ("Cookie", $"session={Marker}"));
        await forged.GetAsync($"{RunningServer.ServiceOrderPath}?api_key={Marker}", Cancel);
        await forged.GetAsync($"/nowhere?token={Marker}", Cancel);
        await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.ServiceOrders.GetServiceOrderAsync(
            new GetServiceOrderRequest { Id = "1" }, new Metadata { { "authorization", $"Bearer {Marker}" }, { "x-api-key", Marker } }, cancellationToken: Cancel));
        foreach (var body in new[]
        {
            $$"""{"callback":"http://me:{{Marker}}@127.0.0.1/"}""",
            $$"""{"callback":"{{listener.Callback}}","secret":"{{Marker}}"}""",
            $$"""{"callback":"{{listener.Callback}}?key={{Marker}}","secret":"{{secret}}"}""",
            $$"""{"callback":"{{listener.Callback}}","secret":"{{secret}}","extra":{"password":"{{Marker}}"}, """,
        })
        {
            using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
            await http.PostAsync(HubServer.Path, content, Cancel);
        }
        using (var order = new StringContent(ExampleOrders.Minimal, new MediaTypeHeaderValue("application/json")))
            Assert.Equal(HttpStatusCode.Created, (await http.PostAsync(RunningServer.ServiceOrderPath, order, Cancel)).StatusCode);
        await http.GetAsync($"{RunningServer.ServiceOrderPath}?externalId={Marker}", Cancel);
        // It is gone at once, which the log tells of.
        await listener.WaitAsync(1);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!_log.All.Any(line => line.Line.Contains("is suspended", StringComparison.Ordinal)))
            await Task.Delay(10, limit.Token);
        await _server.Deliveries().RotateEventSubscriptionSecretAsync(
            new RotateEventSubscriptionSecretRequest { Id = _server.Query<string>("select id from event_subscription").Single(), Secret = secret },
            TokenIssuer.Bearer(token), cancellationToken: Cancel);

        Assert.NotEmpty(_log.Of("Microsoft.AspNetCore.Hosting.Diagnostics"));
        Assert.Contains(_log.All, line => line.Category.StartsWith("Grpc.", StringComparison.Ordinal));
        var told = _log.All.Where(line => Array.Exists([Marker, secretInSettings, signature], secret => line.Line.Contains(secret, StringComparison.Ordinal))).ToList();
        Assert.True(told.Count == 0, string.Join('\n', told));
    }

    private async Task DeleteAsync(string name, string scope)
    {
        var headers = TokenIssuer.Bearer(_issuer.Issue(name, scope: scope));
        await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
            await _server.ServiceOrders.DeleteServiceOrderAsync(new DeleteServiceOrderRequest { Id = "1" }, headers, cancellationToken: Cancel));
    }
}
