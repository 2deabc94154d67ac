using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Jobs;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Tests.Fulfillment;

/// <summary>What order desks look at all day is found in an index, however much has fallen out.</summary>
public sealed class FalloutPlanTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("", "fallout_item_by_since")]
    [InlineData("state=open", "fallout_item_by_state")]
    [InlineData("state=open&falloutType=leaseLost", "fallout_item_by_state")]
    [InlineData("assignee=kim&state=open", "fallout_item_by_assignee")]
    [InlineData("serviceOrderId=o", "fallout_item_by_item")]
    public void Page_is_found_in_an_index(string filter, string index)
    {
        var plan = _server.Explain<FalloutItem>(FalloutRequests.Check(new ListFalloutItemsRequest { Filter = filter }, Sight.All, Query.UnknownAttributes.MatchNothing));

        Assert.Contains(plan, step => step.Contains($" {index}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("state=running")]
    public void Page_of_jobs_is_found_in_an_index(string filter)
    {
        var plan = _server.Explain<Job>(JobRequests.Check(new ListJobsRequest { Filter = filter }, Sight.All, Query.UnknownAttributes.MatchNothing));

        Assert.Contains(plan, step => step.Contains(filter.Length == 0 ? " job_by_created_date" : " job_by_state", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal) || step.Contains("Sort", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_job_does_next_is_found_behind_its_place()
    {
        var job = new Job { Operation = JobOperation.RetryFallout, Filter = "*" };
        var query = JobTargets.QueryOf(job, new PagePlace("2026-01-01T00:00:00.000Z", "x"), 200);

        var plan = _server.Explain<FalloutItem>(query);

        RunningServer.AssertSearches(plan, "fallout_item", "fallout_item_by_state (state=? AND since<?)");
        Assert.DoesNotContain(plan, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal) || step.Contains("Sort", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_has_recovered_is_counted_in_an_index()
    {
        var plan = await _server.Service<Database>().ScanAsync(
            async session =>
            {
                var values = Parameters.Of("jobIds", "[\"a\",\"b\"]");
                if (!TestDatabase.IsPostgres)
                    return (await session.ListAsync<(long Id, long Parent, long Unused, string Detail)>("explain query plan " + FalloutTable.Recovered(session), values)).ConvertAll(step => step.Detail);
                foreach (var way in new[] { "seqscan", "bitmapscan" })
                    await session.SendAsync($"set local enable_{way} = off");
                return await session.ListAsync<string>("explain (costs off) " + FalloutTable.Recovered(session), values);
            },
            Cancel);

        Assert.Contains(plan, step => step.Contains(" fallout_item_by_job", StringComparison.Ordinal));
    }
}
