using ServiceOrdering.Server.CancelServiceOrders;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Hub;
using ServiceOrdering.Server.Jeopardy;
using ServiceOrdering.Server.Jobs;
using ServiceOrdering.Server.Onap;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>What is asked with every commit, every hand-out and whenever something is due is found in an index, however much there is.</summary>
public sealed class StatementPlanTests
{
    public static TheoryData<string, string[]> Statements => new()
    {
        { WorkTable.Waiting, ["work_waiting"] },
        { WorkTable.WaitingOfKind, ["work_waiting_by_kind"] },
        // Either of the two that begin with the kind.
        { WorkTable.WaitingKinds, ["work_"] },
        { WorkTable.Due, ["work_due"] },
        { WorkTable.Add, ["work_by_customer", "work_leased", "work_waiting"] },
        { ServiceOrderDue.Due, ["service_order_due_by_time"] },
        { DueOrders.First, ["service_order_due_by_time"] },
        { DueItems.First, ["work_due"] },
        { CancellationNotices.All, ["work_cancellation"] },
        { Cancellation.First, ["cancellation_due"] },
        { Cancellation.DueByNow, ["cancellation_due"] },
        { FalloutTable.UnresolvedOfItem, ["fallout_item_by_item"] },
        { FalloutTable.UnresolvedOfOrder, ["fallout_item_by_item"] },
        { FalloutTable.OfOrder, ["fallout_item_by_item"] },
        { JobStore.First, ["job_by_state"] },
        { DueDates.First, ["jeopardy_due_by_time"] },
        { JeopardyDue.Due, ["jeopardy_due_by_time"] },
        { UnservedItems.First, ["work_kind_due"] },
        { UnservedItems.Due, ["work_kind_due"] },
        { UnservedItems.Items, ["work_unserved"] },
        { UnservedItems.FirstOfKind, ["work_unserved"] },
        { ServedKinds.Waiting, ["work_unserved"] },
        { AgedFallout.First, ["fallout_due_by_time"] },
        { AgedFallout.Due, ["fallout_due_by_time"] },
        { NbiChecking.Named, ["service_value"] },
        { HubGauges.Suspended, ["event_subscription_suspended"] },
        { WorkGauges.Work, ["work_waiting_by_since", "work_leased"] },
        { UnservedGauge.Kinds, ["work_"] },
    };

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task Statement_searches_in_its_indexes_and_sorts_nothing(string sql, string[] indexes)
    {
        using var place = new TestDatabase();
        using var database = place.Open();
        var values = new Parameters().With("orderId", "o").With("itemId", "1").With("state", "waiting").With("clock", 0L).With("now", 0L).With("limit", 10)
            .With("priority", 4).With("customer", "c").With("kind", "k").With("until", 0L).With("id", "1");

        var plan = await database.WriteAsync(
            Caller.Server,
            async write =>
            {
                if (!TestDatabase.IsPostgres)
                    return (await write.Session.ListAsync<(long Id, long Parent, long Unused, string Detail)>("explain query plan " + sql, values)).ConvertAll(step => step.Detail);
                // A table of a test is so small that to read all of it is the best plan.
                foreach (var way in new[] { "seqscan", "bitmapscan", "sort" })
                    await write.Session.SendAsync($"set local enable_{way} = off");
                return await write.Session.ListAsync<string>("explain (costs off) " + sql, values);
            },
            Cancel);

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', plan));
        Assert.All(indexes, index => Assert.Contains(plan, step => step.Contains($" {index}", StringComparison.Ordinal)));
        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN ", StringComparison.Ordinal) && step.Contains("work", StringComparison.Ordinal) && !step.Contains("INDEX", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal) || step.Contains("Seq Scan", StringComparison.Ordinal) || step.Contains("Sort", StringComparison.Ordinal));
    }
}
