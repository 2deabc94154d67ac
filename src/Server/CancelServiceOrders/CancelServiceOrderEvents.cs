using ServiceOrdering.Json;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.CancelServiceOrders;

/// <summary>The events of TMF641 about requests to cancel orders, appended in the transaction that they tell of. Each carries the whole request.</summary>
internal static class CancelServiceOrderEvents
{
    private const string Resource = "cancelServiceOrder";
    private const string Domain = "serviceOrdering";

    private static readonly EventKind Create = new(nameof(CancelServiceOrderCreateEvent), Domain, "Cancellation of service order requested");
    private static readonly EventKind StateChange = new(nameof(CancelServiceOrderStateChangeEvent), Domain, "State of cancellation of service order changed");
    private static readonly EventKind InformationRequired = new(nameof(CancelServiceOrderInformationRequiredEvent), Domain, "Cancellation of service order needs information");

    /// <summary>Tells of a change of a request.</summary>
    public static ValueTask FollowAsync(Write write, CancelServiceOrder? before, Draft<CancelServiceOrder>? after) =>
        after is null ? ValueTask.CompletedTask
        : before is null ? EventEnvelope.AppendAsync(write, Create, Resource, after.Resource.Id, resourceJson: null)
        : before.State == after.Resource.State ? ValueTask.CompletedTask
        : EventEnvelope.AppendAsync(write, StateChange, Resource, after.Resource.Id, JsonFormat.ToText(after.Resource));

    /// <summary>Tells that who has asked for it has to say something, before it can be decided.</summary>
    /// <param name="write">The write.</param>
    /// <param name="task">The request.</param>
    /// <param name="fieldPath">What is missing.</param>
    public static ValueTask RequireInformationAsync(Write write, CancelServiceOrder task, string fieldPath) =>
        EventEnvelope.AppendAsync(write, InformationRequired, Resource, task.Id, JsonFormat.ToText(task), fieldPath);
}
