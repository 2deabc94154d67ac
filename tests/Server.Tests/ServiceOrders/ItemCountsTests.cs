using System.Net;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Tests.Hub;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

/// <summary>How many items are in each state, as it is kept with every write.</summary>
public sealed class ItemCountsTests : IDisposable
{
    private const string Nested =
        """{"serviceOrderItem":[{"id":"1","action":"add","service":{"state":"active"},"serviceOrderItem":[{"id":"1.1","action":"add","service":{}},{"id":"1.2","action":"add","service":{}}]},{"id":"2","action":"add","service":{}}]}""";

    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Items_are_counted_as_they_come_move_and_go_items_of_items_too()
    {
        await _server.PlaceOrderAsync();
        var nested = await _server.PlaceOrderAsync(Nested);
        Assert.Equal([("acknowledged", 5L)], Counts());

        await PatchAsync(nested, """{"state":"held"}""");
        Assert.Equal([("acknowledged", 1L), ("held", 4L)], Counts());

        await PatchAsync(nested, """{"description":"the same"}""");
        var third = await _server.PlaceOrderAsync(Nested);
        (await _server.SendAsync(HttpMethod.Delete, $"{RunningServer.ServiceOrderPath}/{third}")).Is(HttpStatusCode.NoContent);
        Assert.Equal([("acknowledged", 1L), ("held", 4L)], Counts());
    }

    [Fact]
    public async Task An_upgrade_counts_what_is_there_already_to_the_same()
    {
        await _server.PlaceOrderAsync();
        await PatchAsync(await _server.PlaceOrderAsync(Nested), """{"state":"held"}""");
        var kept = Counts();
        await _server.ExecuteAsync("delete from resource_count where resource = 'serviceOrderItem'");

        var migration = MigrationFile.All(TestDatabase.IsPostgres ? "Postgres" : "Sqlite").Single(file => file.Name == "0171_counted_items").Sql;
        await _server.ExecuteAsync(migration[migration.IndexOf("insert", StringComparison.Ordinal)..migration.IndexOf(';')]);

        Assert.Equal([("acknowledged", 1L), ("held", 4L)], kept);
        Assert.Equal(kept, Counts());
    }

    private List<(string State, long Total)> Counts() =>
        _server.Query<(string State, long Total)>($"select state, total from resource_count where resource = '{ItemCounts.Resource}' and total <> 0 order by state");

    private async Task PatchAsync(string id, string json) =>
        (await _server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", json, ("Content-Type", "application/merge-patch+json"))).Is(HttpStatusCode.OK);
}
