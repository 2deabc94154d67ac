using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Tests.Fulfillment;

/// <summary>What people see of the queue as a whole is found in indexes, however much waits.</summary>
public sealed class WorkOverviewPlanTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("counts", "work_")]
    [InlineData("oldest", "work_waiting_by_since")]
    [InlineData("aged", "work_waiting_by_since")]
    [InlineData("due", "work_")]
    public async Task It_is_found_in_an_index(string question, string index)
    {
        var sql = question switch { "counts" => WorkOverview.Counts, "oldest" => WorkOverview.Oldest, "aged" => WorkOverview.Aged, _ => WorkTable.ByDue };
        var plan = await _server.Service<Database>().ScanAsync(
            async session =>
            {
                var values = Parameters.Of("since", 0L).With("state", "leased").With("limit", 50);
                if (!TestDatabase.IsPostgres)
                    return (await session.ListAsync<(long Id, long Parent, long Unused, string Detail)>("explain query plan " + sql, values)).ConvertAll(step => step.Detail);
                // A table of a test is so small that to read all of it is the best plan.
                foreach (var way in new[] { "seqscan", "bitmapscan" })
                    await session.SendAsync($"set local enable_{way} = off");
                return await session.ListAsync<string>("explain (costs off) " + sql, values);
            },
            Cancel);

        Assert.Contains(plan, step => step.Contains($" {index}", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step is "SCAN work" || step.Contains("Seq Scan on work", StringComparison.Ordinal));
    }
}
