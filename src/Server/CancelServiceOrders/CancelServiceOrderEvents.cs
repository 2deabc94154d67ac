using ServiceOrdering.Json;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.ServiceOrders;
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

    /// <summary>Tells of a change of a request, right behind it.</summary>
    /// <param name="write">The write.</param>
    /// <param name="before">The request before; null where it is new.</param>
    /// <param name="after">The request after.</param>
    /// <param name="order">Its order; null where that is gone: then no party hears of it.</param>
    public static ValueTask ChangedAsync(Write write, CancelServiceOrder? before, CancelServiceOrder after, ServiceOrder? order) =>
        before is null ? EventEnvelope.AppendAsync(write, Create, Resource, after.Id, PartiesOf(order), resourceJson: null)
        : before.State == after.State ? ValueTask.CompletedTask
        : EventEnvelope.AppendAsync(write, StateChange, Resource, after.Id, PartiesOf(order), JsonFormat.ToText(after));

    /// <summary>Tells that who has asked for it has to say something, before it can be decided.</summary>
    /// <param name="write">The write.</param>
    /// <param name="task">The request.</param>
    /// <param name="order">Its order.</param>
    /// <param name="fieldPath">What is missing.</param>
    public static ValueTask RequireInformationAsync(Write write, CancelServiceOrder task, ServiceOrder order, string fieldPath) =>
        EventEnvelope.AppendAsync(write, InformationRequired, Resource, task.Id, PartiesOf(order), JsonFormat.ToText(task), fieldPath);

    // For whoever is bound to no party it is of the outside as orders are.
    private static IReadOnlyCollection<string> PartiesOf(ServiceOrder? order) => order is null ? [] : ServiceOrderKind.PartiesOf(order);
}
