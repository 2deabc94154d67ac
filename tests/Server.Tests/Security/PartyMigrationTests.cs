using System.Net;
using static ServiceOrdering.Server.Tests.Security.PartyServer;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>What a database of before there were parties has is found by them.</summary>
public sealed class PartyMigrationTests
{
    [Fact]
    public async Task Orders_services_and_subscriptions_of_the_version_before_are_entered()
    {
        using var database = new TestDatabase();
        string order, service, hidden, spelled;
        var longName = new string('x', 1000);
        using (var old = new RunningServer(database))
        {
            order = await old.PlaceOrderAsync(Order("alpha", "\"note\":[{\"text\":\"n\"}]").Replace("[{\"id\":\"alpha\"", $$"""[{"id":"alpha"},{"id":"alpha"},{"id":"{{longName}}"},{"id":"a\"b" """, StringComparison.Ordinal));
            await old.PlaceOrderAsync();
            await old.PlaceOrderAsync(Order("beta"));
            service = await IdAsync(old.SendAsync(HttpMethod.Post, Services, Service("alpha")));
            spelled = await IdAsync(old.SendAsync(HttpMethod.Post, Services, Service("alpha", category: "customer-facing service")));
            hidden = await IdAsync(old.SendAsync(HttpMethod.Post, Services, Service("alpha", "\"description\":\"no CFS\"", category: "RFS")));
            Assert.Equal("true", (await PostTwiceAsync(old)).Headers["Idempotent-Replayed"]);
            foreach (var step in new[]
            {
                "delete from service_order_value where path = 'relatedParty.id'", "drop index service_by_facing", "alter table service drop column facing", "alter table event_log drop column parties",
                "drop index event_subscription_by_callback", "alter table event_subscription drop column sight", "alter table service_order_due drop column sight",
                TestDatabase.IsPostgres
                    ? "alter table request_id drop constraint request_id_pkey, drop column caller, add primary key (resource, key)"
                    : "create table request_id_before as select resource, key, hash, body, time from request_id",
                TestDatabase.IsPostgres ? "select 1" : "drop table request_id",
                TestDatabase.IsPostgres ? "select 1" : "create table request_id (resource text not null, key text not null, hash text not null, body text not null, time text not null, primary key (resource, key)) strict",
                TestDatabase.IsPostgres ? "select 1" : "insert into request_id select * from request_id_before",
                TestDatabase.IsPostgres ? "select 1" : "drop table request_id_before",
                TestDatabase.IsPostgres
                    ? "create unique index event_subscription_by_callback on event_subscription (api, md5(callback), md5(query))"
                    : "create unique index event_subscription_by_callback on event_subscription (api, callback, query)",
                """
                insert into event_subscription (id, api, callback, query, body, generation, position, missed_events, failed_attempts, attempts, suspended_reason)
                values ('s', 'serviceOrdering', 'http://127.0.0.1:9/x', '', '{"id":"s","callback":"http://127.0.0.1:9/x"}', 1, 0, 0, 0, 0, 'of the test')
                """,
                "delete from schema_migration where name = '0180_parties'",
            })
            {
                await old.ExecuteAsync(step);
            }
        }

        using (var open = new RunningServer(database))
        {
            Assert.Equal("true", (await PostTwiceAsync(open)).Headers["Idempotent-Replayed"]);
            Assert.Equal(
                new[] { (order, "a\"b"), (order, "alpha"), (order, longName) },
                open.Query<(string, string)>("select id, value from service_order_value where path = 'relatedParty.id' and id = @order order by value", new { order }));
            Assert.Equal("all", Assert.Single(open.Query<string>("select sight from event_subscription")));
            // It is changed as one that was written by this version.
            Assert.Equal(HttpStatusCode.OK, (await open.SendAsync(HttpMethod.Patch, $"{Orders}/{order}", """{"relatedParty":[{"id":"alpha"}]}""")).Status);
        }
        using var issuer = new TokenIssuer();
        using var server = new RunningServer(database, issuer.Settings);
        using var alpha = server.HttpAs(issuer.Issue("alpha", roles: "partner", party: "alpha"));
        Assert.Equal((order, "1"), await ListAsync(alpha, Orders));
        Assert.Equal(($"{spelled} {service}", "2"), await ListAsync(alpha, Services));
        Assert.NotEqual(hidden, service);
        Assert.Equal(("", "0"), await ListAsync(alpha, Hubs));
        // What happened before is told to nobody who is bound to a party.
        Assert.Equal(["ServiceOrderAttributeValueChangeEvent"], (await HearAsync(alpha)).Select(message => (string?)message["event"]?["eventType"]).OfType<string>());
    }

    private static async Task<string> IdAsync(Task<RestAnswer> answer) => (string)(await answer).Json["id"]!;

    private static async Task<RestAnswer> PostTwiceAsync(RunningServer server)
    {
        await server.PostOrderAsync(Order("gamma"), ("Idempotency-Key", "before"));
        return await server.PostOrderAsync(Order("gamma"), ("Idempotency-Key", "before"));
    }
}
