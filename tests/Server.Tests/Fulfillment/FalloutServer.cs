using System.Text.Json.Nodes;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Fulfillment;

/// <summary>A server that holds what falls out, with clients for those who decide.</summary>
public sealed class FalloutServer : IDisposable
{
    public static readonly (string, string) ShortLease = ("Fulfillment:LeaseDuration", "00:00:01");
    public static readonly (string, string) NoBackoff = ("Fulfillment:FirstBackoff", "00:00:00");

    public FalloutServer(params (string Key, string Value)[] settings)
    {
        Working = new WorkingServer([("Fulfillment:OnFailure", "Hold"), .. settings]);
        Fallout = new FalloutService.FalloutServiceClient(Working.Server.Client.CallInvoker);
        Jobs = new JobService.JobServiceClient(Working.Server.Client.CallInvoker);
    }

    public WorkingServer Working { get; }

    public RunningServer Server => Working.Server;

    public FalloutService.FalloutServiceClient Fallout { get; }

    public JobService.JobServiceClient Jobs { get; }

    /// <summary>Takes what there is and has it fall out.</summary>
    public async Task FailAsync(int items = 1, string code = "noLine")
    {
        while (items > 0)
        {
            foreach (var assignment in await Working.PollAsync(items))
            {
                await Working.ReportAsync(assignment, Failure(code));
                items--;
            }
        }
    }

    /// <summary>A report that an item has failed for good.</summary>
    public static Action<ReportWorkRequest> Failure(string code = "noLine", bool isRetryable = false) =>
        report => report.Failure = new Failure { Retryable = isRetryable, ErrorMessages = { new ServiceOrderItemErrorMessage { Code = code, Reason = "No line", Message = "There is no line." } } };

    /// <summary>Places an order whose only item falls out.</summary>
    public async Task<(string OrderId, FalloutItem Item)> FallOutAsync(string members = "")
    {
        var id = await Working.PlaceAsync(WorkingServer.Order(members, "1"));
        await FailAsync();
        return (id, await OfAsync(id));
    }

    public async Task<List<FalloutItem>> ListAsync(string filter = "") =>
        [.. (await Fallout.ListFalloutItemsAsync(new ListFalloutItemsRequest { Filter = filter, Limit = 1000 }, cancellationToken: Cancel)).FalloutItems];

    /// <summary>The one item of an order that fell out.</summary>
    public async Task<FalloutItem> OfAsync(string orderId) => Assert.Single(await ListAsync($"serviceOrderId={orderId}"));

    public async Task<FalloutItem> RetryAsync(FalloutItem item, string actor = "", string note = "") =>
        (await Fallout.RetryFalloutItemAsync(new RetryFalloutItemRequest { Id = item.Id, Actor = actor, Note = note }, cancellationToken: Cancel)).FalloutItem;

    public async Task<JsonNode> PatchAsync(string orderId, string patch, string type = "application/merge-patch+json")
    {
        var answer = await Server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{orderId}", patch, ("Content-Type", type));
        Assert.True((int)answer.Status == 200, answer.Body);
        return answer.Json;
    }

    /// <summary>Moves the first item of an order as an order desk does.</summary>
    public Task<JsonNode> MoveItemAsync(string orderId, string state) =>
        PatchAsync(orderId, $$"""[{"op":"replace","path":"/serviceOrderItem/0/state","value":"{{state}}"}]""", "application/json-patch+json");

    /// <summary>Starts a job.</summary>
    public async Task<Job> StartAsync(JobOperation operation, string filter = "*", Action<CreateJobRequest>? more = null)
    {
        var request = new CreateJobRequest { Operation = operation, Filter = filter };
        more?.Invoke(request);
        return (await Jobs.CreateJobAsync(request, cancellationToken: Cancel)).Job;
    }

    /// <summary>Waits until a job has ended.</summary>
    public async Task<Job> EndOfAsync(Job job)
    {
        while (true)
        {
            var read = (await Jobs.GetJobAsync(new GetJobRequest { Id = job.Id }, cancellationToken: Cancel)).Job;
            if (read.State != JobState.Running)
                return read;
            await Task.Delay(20, Cancel);
        }
    }

    public async Task<Job> RunAsync(JobOperation operation, string filter = "*", Action<CreateJobRequest>? more = null) => await EndOfAsync(await StartAsync(operation, filter, more));

    /// <summary>Asserts that something is refused, and tells how.</summary>
    public static async Task<ServiceOrderingException> RefusedAsync(StatusCode status, string reason, Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(call);
        Assert.Equal((status, reason), (refusal.StatusCode, refusal.Reason));
        return refusal;
    }

    public void Dispose() => Working.Dispose();
}
