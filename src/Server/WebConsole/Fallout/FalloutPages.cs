using ServiceOrdering.Errors.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Fulfillment;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.WebConsole.Fallout;

/// <summary>What the queue of fallout shows.</summary>
internal sealed record FalloutQueue
{
    public required ListFalloutItemsResponse Page { get; init; }

    /// <summary>How many there are, by what became of them.</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }

    /// <summary>Jobs that handle fallout, the newest first; empty where nobody may see them.</summary>
    public required IReadOnlyList<Job> Jobs { get; init; }

    /// <summary>The conditions that the list is of.</summary>
    public required string Filter { get; init; }

    public required int Offset { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Why the conditions are none; null where they are some.</summary>
    public string? Problem { get; init; }
}

/// <summary>What the page of an item that fell out shows.</summary>
/// <param name="Item">The item.</param>
/// <param name="Ordered">The item of its order; null where that is not there, or not for the caller.</param>
/// <param name="Time">The clock.</param>
internal sealed record FalloutDetail(FalloutItem Item, ServiceOrderItem? Ordered, TimeProvider Time);

/// <summary>The queue of items that fell out, and what people decide about one of them.</summary>
internal static class FalloutPages
{
    public const int PageSize = 50;

    private const int MostJobs = 3;
    private const string Unassigned = "filter=$[?(!@.assignee)]";

    public static void Map(IEndpointRouteBuilder console)
    {
        console.MapPage("/fallout", Methods.ListFallout, ListAsync);
        console.MapPage("/fallout/{id}", Methods.GetFallout, ShowAsync);
        console.MapAction("/fallout/{id}/retry", Methods.RetryFallout, RetryAsync);
        console.MapAction("/fallout/{id}/complete", Methods.CompleteFallout, CompleteAsync);
        console.MapAction("/fallout/{id}/fail", Methods.FailFallout, FailAsync);
        console.MapAction("/fallout/{id}/assign", Methods.AssignFallout, AssignAsync);
        FalloutBulk.Map(console);
    }

    private static async Task<IResult> ListAsync(Visit visit)
    {
        var services = visit.Http.RequestServices;
        var state = visit.Query("state");
        var written = visit.Query("filter");
        // Of nobody there is no value. Of two filters in JSONPath either would do.
        if (visit.Query("unassigned").Length > 0 && !written.Contains("filter=", StringComparison.Ordinal))
            written = written.Length > 0 ? $"{written}&{Unassigned}" : Unassigned;
        var filter = Conditions.Of(
            written,
            ("state", state switch { "" => "open", "any" => "", _ => state }),
            ("falloutType", visit.Query("type")), ("causeCode", visit.Query("cause")), ("assignee", visit.Query("assignee")), ("serviceType", visit.Query("service")), ("customer", visit.Query("customer")));
        var (page, problem) = await Visit.TryAsync(async () => await visit.Fallout.ListFalloutItemsAsync(
            new ListFalloutItemsRequest { Filter = filter, Sort = visit.Query("sort"), Offset = visit.Offset, Limit = PageSize }));
        return visit.Show<FalloutPage>(new FalloutQueue
        {
            Page = page ?? new ListFalloutItemsResponse(),
            Problem = problem,
            Counts = await services.GetRequiredService<WorkOverview>().FalloutAsync(),
            Jobs = visit.May(Methods.ListJobs) ? (await visit.Jobs.ListJobsAsync(new ListJobsRequest { Filter = "operation=retryFallout,failFallout", Limit = MostJobs })).Jobs : [],
            Filter = filter,
            Offset = visit.Offset,
            Time = visit.Time,
        });
    }

    private static async Task<IResult> ShowAsync(Visit visit)
    {
        var item = (await visit.Fallout.GetFalloutItemAsync(new GetFalloutItemRequest { Id = visit.Id })).FalloutItem;
        return visit.Show<FalloutItemPage>(new FalloutDetail(item, await OrderedAsync(visit, item), visit.Time));
    }

    /// <summary>The item as its order has it, where the caller may see that.</summary>
    private static async Task<ServiceOrderItem?> OrderedAsync(Visit visit, FalloutItem item)
    {
        if (!visit.May(Methods.GetOrder))
            return null;
        try
        {
            var order = (await visit.Orders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = item.ServiceOrderId })).ServiceOrder;
            return ServiceOrders.ServiceOrderLifecycle.Leaves(order).FirstOrDefault(each => each.Id == item.ItemId);
        }
        catch (Grpc.Core.RpcException refusal) when (refusal.StatusCode == Grpc.Core.StatusCode.NotFound)
        {
            return null;
        }
    }

    private static async Task<IResult> RetryAsync(Visit visit, IFormCollection form)
    {
        await visit.Fallout.RetryFalloutItemAsync(new RetryFalloutItemRequest { Id = visit.Id, Note = Text(form, "note"), ServiceCharacteristic = { CharacteristicRows.Read(form) } });
        return visit.Done(null, Notices.FalloutRetried);
    }

    private static async Task<IResult> CompleteAsync(Visit visit, IFormCollection form)
    {
        var request = new CompleteFalloutItemRequest { Id = visit.Id, Note = Text(form, "note"), Completion = new Completion { Service = DeliveredByHand.Read(form) } };
        await visit.Fallout.CompleteFalloutItemAsync(request);
        return visit.Done(null, Notices.FalloutCompleted);
    }

    private static async Task<IResult> FailAsync(Visit visit, IFormCollection form)
    {
        var request = new FailFalloutItemRequest { Id = visit.Id, Note = Text(form, "note") };
        if (Text(form, "code").Length + Text(form, "message").Length > 0)
            request.ErrorMessages.Add(new ServiceOrderItemErrorMessage { Code = Text(form, "code"), Reason = Text(form, "message"), Message = Text(form, "message") });
        await visit.Fallout.FailFalloutItemAsync(request);
        return visit.Done(null, Notices.FalloutFailed);
    }

    private static async Task<IResult> AssignAsync(Visit visit, IFormCollection form)
    {
        var request = new AssignFalloutItemRequest { Id = visit.Id, Note = Text(form, "note") };
        // A remark alone leaves it with whoever has it.
        if (form.ContainsKey("assignee"))
            request.Assignee = Text(form, "assignee");
        else if (request.Note.Length == 0)
            throw ApiErrors.RequestInvalid([RequestFields.Violation("note", ErrorReason.FieldMissing, "Write something.")]);
        await visit.Fallout.AssignFalloutItemAsync(request);
        return visit.Done(null, request.HasAssignee ? Notices.FalloutAssigned : Notices.NoteAdded);
    }

    /// <summary>A field of a form, without space around it.</summary>
    public static string Text(IFormCollection form, string name) => form[name].ToString().Trim();
}
