using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Patch;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Resources;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.WebConsole.Orders;

/// <summary>The pages of one order, and what is done to it there.</summary>
internal static class OrderPages
{
    /// <summary>How many events a page lists at most.</summary>
    public const int PageSize = 100;

    /// <summary>How many events, the newest, are looked at at most.</summary>
    public const int MostEvents = 2000;

    private const int MostWork = 1000;
    private const int MostFallout = 100;
    private const int MostCancels = 20;
    private const int LongestText = 4000;

    public static void Map(IEndpointRouteBuilder console)
    {
        console.MapPage("/orders/{id}", Methods.GetOrder, ShowAsync);
        console.MapPage("/orders/{id}/timeline", Methods.GetOrder, ShowTimelineAsync);
        console.MapPage("/orders/{id}/json", Methods.GetOrder, async visit => visit.Show<OrderJsonPage>(await ReadAsync(visit)));
        console.MapAction("/orders/{id}/hold", Methods.PatchOrder, (visit, form) => MoveAsync(visit, form, ServiceOrderState.Held, Notices.OrderHeld));
        console.MapAction("/orders/{id}/resume", Methods.PatchOrder, (visit, form) => MoveAsync(visit, form, ServiceOrderState.InProgress, Notices.OrderResumed));
        console.MapAction("/orders/{id}/note", Methods.PatchOrder, AddNoteAsync);
        console.MapAction("/orders/{id}/cancel", Methods.CancelOrder, CancelAsync);
    }

    private static async Task<OrderDetail> ReadAsync(Visit visit)
    {
        var read = await visit.Orders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = visit.Id });
        return new OrderDetail { Order = read.ServiceOrder, Etag = read.Etag, Now = visit.Time.GetUtcNow() };
    }

    private static async Task<IResult> ShowAsync(Visit visit)
    {
        var detail = await ReadAsync(visit);
        var id = detail.Order.Id;
        var work = visit.May(Methods.ListWork) && !detail.IsFinal
            ? (await visit.Work.ListWorkItemsAsync(new ListWorkItemsRequest { ServiceOrderId = id, Limit = MostWork })).WorkItems : [];
        var fallout = visit.May(Methods.ListFallout) && !detail.IsFinal
            ? (await visit.Fallout.ListFalloutItemsAsync(new ListFalloutItemsRequest { Filter = $"serviceOrderId={id}&state=open", Limit = MostFallout })).FalloutItems : [];
        var cancels = visit.May(Methods.ListCancels)
            ? (await visit.Cancels.ListCancelServiceOrdersAsync(new ListCancelServiceOrdersRequest { Filter = $"serviceOrder.id={id}", Limit = MostCancels })).CancelServiceOrders : [];
        return visit.Show<OrderPage>(detail with
        {
            Work = work.GroupBy(item => item.ItemId).ToDictionary(same => same.Key, same => same.First()),
            Fallout = fallout.GroupBy(item => item.ItemId).ToDictionary(same => same.Key, same => same.First()),
            Cancels = [.. cancels],
            Turned = visit.QueryAll("fold").ToHashSet(),
        });
    }

    private static async Task<IResult> ShowTimelineAsync(Visit visit)
    {
        // In this order: what is told of the order is not older than what is told of its events.
        var events = visit.May(Methods.WatchEvents)
            ? await visit.Http.RequestServices.GetRequiredService<ResourceHistory>().ListAsync(visit.Id, visit.Identity.Sight, before: null, MostEvents) : [];
        var detail = await ReadAsync(visit);
        return visit.Show<OrderTimelinePage>(detail with { Timeline = OrderTimeline.Of(detail.Order, events, detail.Now), Offset = visit.Offset });
    }

    private static Task<IResult> MoveAsync(Visit visit, IFormCollection form, ServiceOrderState state, string notice) =>
        PatchAsync(visit, form, PatchFormats.MergePatch, new JsonObject { ["state"] = EnumNames.Json(state) }, notice);

    private static async Task<IResult> AddNoteAsync(Visit visit, IFormCollection form)
    {
        var note = new JsonObject { ["text"] = Text(form, "text", isRequired: true), ["date"] = TmfDate.Text(visit.Time.Now()) };
        if (visit.Identity.Name.Length > 0)
            note["author"] = visit.Identity.Name;
        // The first one makes the list.
        var hasNotes = (await visit.Orders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = visit.Id, Fields = "note.id" })).ServiceOrder.Note.Count > 0;
        var addition = new JsonObject { ["op"] = "add", ["path"] = hasNotes ? "/note/-" : "/note", ["value"] = hasNotes ? note : new JsonArray(note) };
        return await PatchAsync(visit, form, PatchFormats.JsonPatch, new JsonArray(addition), Notices.NoteAdded);
    }

    private static async Task<IResult> PatchAsync(Visit visit, IFormCollection form, string format, JsonNode patch, string notice)
    {
        await visit.Orders.PatchServiceOrderAsync(new PatchServiceOrderRequest
        {
            Id = visit.Id,
            Etag = Etag(form),
            Patch = new Google.Api.HttpBody { ContentType = format, Data = ByteString.CopyFromUtf8(patch.ToJsonString(JsonSerializerOptions.Default)) },
        });
        return visit.Done(null, notice);
    }

    private static async Task<IResult> CancelAsync(Visit visit, IFormCollection form)
    {
        // Requests to cancel have no condition of their own. One whose order has changed between these two is assessed by what it is then.
        var order = await visit.Orders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = visit.Id, Fields = "none" });
        if (!EntityTag.Matches(Etag(form), order.Etag))
            throw ApiErrors.ServiceOrderChanged(visit.Id, order.Etag);
        var task = new CancelServiceOrder { ServiceOrder = new ServiceOrderRef { Id = visit.Id } };
        if (Text(form, "reason") is { Length: > 0 } reason)
            task.CancellationReason = reason;
        await visit.Cancels.CreateCancelServiceOrderAsync(new CreateCancelServiceOrderRequest { CancelServiceOrder = task, RequestId = form["request"].ToString() });
        return visit.Done(null, Notices.CancelAsked);
    }

    /// <summary>The state of the order that the form was given out for; without one nothing is done.</summary>
    private static string Etag(IFormCollection form) => form["etag"].ToString() is { Length: > 0 } etag
        ? etag
        : throw ApiErrors.RequestInvalid([RequestFields.Violation("etag", ErrorReason.FieldMissing, "The form does not say which state of the order it is about.")]);

    private static string Text(IFormCollection form, string name, bool isRequired = false)
    {
        var text = form[name].ToString().Trim();
        return text.Length <= LongestText && (text.Length > 0 || !isRequired)
            ? text
            : throw ApiErrors.RequestInvalid([RequestFields.Violation(name, ErrorReason.FieldInvalid, $"It has {text.Length} characters; allowed are {(isRequired ? 1 : 0)} to {LongestText}.")]);
    }
}
