using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>What the table of items that fell out holds beside their text.</summary>
internal static class FalloutItemKind
{
    public static ResourceKind<FalloutItem> Create() => new(
        Name: "falloutItem",
        Table: "fallout_item",
        Route: "/fulfillment/v1/falloutItems",
        Columns:
        [
            new("state", "state", item => EnumNames.Json(item.State)),
            new("since", "since", item => TmfDate.Text(item.Since)),
            new("falloutType", "fallout_type", item => EnumNames.Json(item.FalloutType)),
            new("serviceOrderId", "service_order_id", item => item.ServiceOrderId),
            new("itemId", "item_id", item => item.ItemId),
            new("causeCode", "cause_code", item => OrAbsent(item.CauseCode)),
            new("assignee", "assignee", item => OrAbsent(item.Assignee)),
            new("jobId", "job_id", item => OrAbsent(item.JobId)),
        ],
        DateColumn: "since",
        Id: item => item.Id,
        State: item => EnumNames.Json(item.State),
        NotFound: ApiErrors.FalloutItemNotFound,
        Changed: null);

    // As the text has it: JSON leaves out what is empty.
    private static string? OrAbsent(string text) => text.Length > 0 ? text : null;
}
