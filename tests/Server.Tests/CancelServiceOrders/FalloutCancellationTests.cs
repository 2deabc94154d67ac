using System.Net;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Tests.Fulfillment;

namespace ServiceOrdering.Server.Tests.CancelServiceOrders;

/// <summary>Cancellations where items that cannot be worked are held, and of many orders at once.</summary>
public sealed class FalloutCancellationTests : IDisposable
{
    private readonly FalloutServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Fallout_of_an_order_that_is_cancelled_is_cancelled_with_it()
    {
        var (id, _) = await _server.FallOutAsync();

        await CancelAsync(id);

        Assert.Equal("cancelled", (await _server.Working.ReadAsync(id))["state"]!.GetValue<string>());
        Assert.Equal(FalloutState.Cancelled, (await _server.OfAsync(id)).State);
    }

    [Fact]
    public async Task Fallout_is_open_again_after_a_refusal_and_is_not_retried_while_it_is_asked()
    {
        var id = await _server.Working.PlaceAsync(WorkingServer.Order("", "1", "2"));
        await _server.FailAsync();
        var held = await _server.Working.TakeAsync();
        await CancelAsync(id);
        var item = await _server.OfAsync(id);
        Assert.Equal(FalloutState.Open, item.State);
        var refusal = await Assert.ThrowsAsync<ServiceOrdering.Client.ServiceOrderingException>(() => _server.RetryAsync(item));
        Assert.Equal("SERVICE_ORDER_CHANGE_FORBIDDEN", refusal.Reason);

        await _server.Working.ReportAsync(held, report => report.CancellationAnswer = new CancellationAnswer { Reason = "no" });

        await _server.Working.WaitForAsync(id, "inProgress");
        Assert.Equal(FalloutState.Retried, (await _server.RetryAsync(item)).State);
    }

    [Fact]
    public async Task Item_that_fails_while_its_order_is_being_cancelled_fails_and_is_not_held()
    {
        var id = await _server.Working.PlaceAsync(WorkingServer.Order("", "1"));
        var held = await _server.Working.TakeAsync();
        await CancelAsync(id);

        await _server.Working.ReportAsync(held, FalloutServer.Failure());

        Assert.Equal("failed", (await _server.Working.WaitForAsync(id, "failed"))["state"]!.GetValue<string>());
        Assert.Empty(await _server.ListAsync());
    }

    [Fact]
    public async Task Job_cancels_orders_as_if_each_had_been_asked_for()
    {
        var waiting = new List<string>();
        for (var i = 0; i < 5; i++)
            waiting.Add(await _server.Working.PlaceAsync(WorkingServer.Order(""" "externalId":"bulk" """, "1")));
        var other = await _server.Working.PlaceAsync(WorkingServer.Order("", "1"));
        var held = await _server.Working.TakeAsync();

        var job = (await _server.Jobs.CreateJobAsync(
            new CreateJobRequest { Operation = JobOperation.CancelOrders, Filter = "externalId=bulk", Note = "recall", Actor = "desk" }, cancellationToken: Cancel)).Job;
        while (job.State == JobState.Running)
            job = (await _server.Jobs.GetJobAsync(new GetJobRequest { Id = job.Id }, cancellationToken: Cancel)).Job;

        Assert.Equal((JobState.Completed, 5, 5, 0), (job.State, job.Total, job.Succeeded, job.Failed));
        var tasks = (await _server.Server.GetAsync("/tmf-api/serviceOrdering/v4/cancelServiceOrder?cancellationReason=recall")).Json.AsArray();
        Assert.Equal(waiting.Order(), tasks.Select(task => task!["serviceOrder"]!["id"]!.GetValue<string>()).Order());
        Assert.Equal("inProgress", (await _server.Working.ReadAsync(other))["state"]!.GetValue<string>());
        var asked = (await _server.Working.ReadAsync(held.ServiceOrder.Id))["state"]!.GetValue<string>();
        Assert.Equal(held.ServiceOrder.Id == other ? "inProgress" : "assessingCancellation", asked);
    }

    private async Task CancelAsync(string id)
    {
        var answer = await _server.Server.SendAsync(HttpMethod.Post, "/tmf-api/serviceOrdering/v4/cancelServiceOrder", $$"""{"serviceOrder":{"id":"{{id}}"} }""");
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body);
    }
}
