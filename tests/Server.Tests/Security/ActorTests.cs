using Grpc.Core;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Tests.Events;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>Who has made a change, as watchers are told.</summary>
public sealed class ActorTests : IDisposable
{
    private const string Order = """{"relatedParty":[{"id":"p1","role":"customer","@referredType":"Organization"}],"serviceOrderItem":[{"id":"1","action":"add","service":{"name":"fibre"}}]}""";

    private readonly TokenIssuer _issuer = new();
    private readonly RunningServer _server;

    public ActorTests() => _server = new RunningServer(_issuer.Settings);

    public void Dispose()
    {
        _server.Dispose();
        _issuer.Dispose();
    }

    [Fact]
    public async Task Watchers_are_told_who_made_a_change_beside_the_envelope_and_those_of_a_party_are_not()
    {
        var desk = _issuer.Issue("desk", roles: "administrator");
        using (var http = _server.HttpAs(desk))
        using (var body = new StringContent(Order, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")))
            (await http.PostAsync(RunningServer.ServiceOrderPath, body, Cancel)).EnsureSuccessStatusCode();

        var told = await FirstEventAsync(desk);
        var toldPartner = await FirstEventAsync(_issuer.Issue("crm", roles: "partner", party: "p1"));

        Assert.Equal(("desk", ""), (told.Actor, toldPartner.Actor));
        Assert.Equal(told.Event, toldPartner.Event);
        Assert.Equal(told.ResumeToken, toldPartner.ResumeToken);
        using var reader = _server.HttpAs(desk);
        using var stream = await EventStreamReader.OpenAsync(reader, "/events/v1/watch?fromStart=true");
        ServerSentEvent sent;
        do
            sent = await stream.NextAsync();
        while (sent.Event != "ServiceOrderCreateEvent");
        Assert.DoesNotContain("desk", sent.Data);
    }

    private async Task<WatchEventsResponse> FirstEventAsync(string token)
    {
        using var call = _server.Events.WatchEvents(new WatchEventsRequest { FromStart = true }, TokenIssuer.Bearer(token), cancellationToken: Cancel);
        await foreach (var message in call.ResponseStream.ReadAllAsync(Cancel))
        {
            if (message.Event is not null)
                return message;
        }
        throw new EndOfStreamException();
    }
}
