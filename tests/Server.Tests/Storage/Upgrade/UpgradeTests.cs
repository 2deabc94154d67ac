using System.Net;
using ServiceOrdering.Server.Tests.Admin;
using ServiceOrdering.Server.Tests.Fulfillment;
using ServiceOrdering.Server.Tests.Hub;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>What versions before have written this one reads, and goes on with.</summary>
public sealed class UpgradeTests : IDisposable
{
    private readonly TestDatabase _database = OldDatabase.Open0200();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Database_of_a_version_before_is_brought_up_to_date_and_sound()
    {
        _database.Open().Dispose();

        var (exitCode, output, error) = await AdminProcess.AdminAsync(_database, "check", "--quiet");

        Assert.True(exitCode == 0, output + error);
    }

    [Fact]
    public async Task Orders_of_a_version_before_are_read_and_worked_to_their_end()
    {
        using var working = new WorkingServer(_database, ("Fulfillment:OnFailure", "Hold"));
        var orders = (await working.Server.GetAsync($"{RunningServer.ServiceOrderPath}?limit=100")).Json.AsArray().ToDictionary(order => (string)order!["externalId"]!, order => order!);
        Assert.Equal(["asked", "cancelled", "completed", "dated", "dependent", "fallen", "waiting", "working"], orders.Keys.Select(key => key == "gone" ? "cancelled" : key).Order(StringComparer.Ordinal));
        Assert.Equal("Ünïcode 🚀 \" quoted", (string?)orders["working"]["description"]);
        Assert.Equal(["CUST-6490"], (await working.Server.GetAsync($"{RunningServer.ServiceOrderPath}?relatedParty.id=CUST-6490&externalId=working")).Json.AsArray().Select(order => (string)order!["relatedParty"]![0]!["id"]!));
        Assert.Equal(4, (await working.Server.GetAsync(RunningServer.ServicePath)).Json.AsArray().Count);
        (await working.Server.GetAsync($"{RunningServer.ServiceOrderPath}?state=completed")).Is(HttpStatusCode.OK);

        // What fell out is tried again, and whatever can be worked is, until nothing is left to do.
        var fallout = (await working.Server.GetAsync("/fulfillment/v1/falloutItems")).Json["falloutItems"]!.AsArray().Single()!;
        (await working.Server.SendAsync(HttpMethod.Post, $"/fulfillment/v1/falloutItems/{fallout["id"]}:retry", "{}")).Is(HttpStatusCode.OK);
        // The leases of then have run out, or run out now.
        await working.Server.ExecuteAsync("update work set due = 1 where state = 'leased'");
        string[] open = ["working", "waiting", "fallen"];
        var states = new Dictionary<string, string>();
        while (states.Count < open.Length)
        {
            foreach (var assignment in await working.PollAsync(items: 10, seconds: 1))
                await working.CompleteAsync(assignment);
            foreach (var name in open.Where(name => !states.ContainsKey(name)))
            {
                var state = (string)(await working.ReadAsync((string)orders[name]["id"]!))["state"]!;
                if (state is "completed" or "failed" or "partial" or "cancelled")
                    states.Add(name, state);
            }
        }
        Assert.All(states, state => Assert.Equal("completed", state.Value));
    }

    [Fact]
    public async Task Database_of_a_newer_version_is_refused_in_a_line()
    {
        _database.Query<int>(TestDatabase.IsPostgres
            ? "insert into schema_migration (name, compatible, applied_at) values ('9000_future', false, now())"
            : "insert into schema_migration (name, applied_at) values ('9000_future', '')");

        var (exitCode, _, error) = await AdminProcess.RunAsync([.. _database.Settings.Select(setting => $"--{setting.Key}={setting.Value}"), "--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0"]);

        Assert.Equal(1, exitCode);
        var line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("newer version: this one does not know its migration 9000_future", line, StringComparison.Ordinal);
    }
}
