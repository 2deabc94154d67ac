using Onap.Nbi.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Onap;

/// <summary>States and actions as ONAP's NBI shows them: the first nine of TMF641's. While a cancellation is looked at, work is in progress.</summary>
internal static class NbiStates
{
    public static OrderState Of(ServiceOrderState state) => state switch
    {
        ServiceOrderState.Acknowledged => OrderState.Acknowledged,
        ServiceOrderState.Rejected => OrderState.Rejected,
        ServiceOrderState.Pending => OrderState.Pending,
        ServiceOrderState.Held => OrderState.Held,
        ServiceOrderState.InProgress or ServiceOrderState.AssessingCancellation or ServiceOrderState.PendingCancellation => OrderState.InProgress,
        ServiceOrderState.Cancelled => OrderState.Cancelled,
        ServiceOrderState.Completed => OrderState.Completed,
        ServiceOrderState.Failed => OrderState.Failed,
        ServiceOrderState.Partial => OrderState.Partial,
        _ => OrderState.Unspecified,
    };

    public static OrderState Of(ServiceOrderItemState state) => state switch
    {
        ServiceOrderItemState.Acknowledged => OrderState.Acknowledged,
        ServiceOrderItemState.Rejected => OrderState.Rejected,
        ServiceOrderItemState.Pending => OrderState.Pending,
        ServiceOrderItemState.Held => OrderState.Held,
        ServiceOrderItemState.InProgress or ServiceOrderItemState.AssessingCancellation or ServiceOrderItemState.PendingCancellation => OrderState.InProgress,
        ServiceOrderItemState.Cancelled => OrderState.Cancelled,
        ServiceOrderItemState.Completed => OrderState.Completed,
        ServiceOrderItemState.Failed => OrderState.Failed,
        ServiceOrderItemState.Partial => OrderState.Partial,
        _ => OrderState.Unspecified,
    };

    public static OrderItemAction Of(Tmf.Common.V4.OrderItemAction action) => action switch
    {
        Tmf.Common.V4.OrderItemAction.Add => OrderItemAction.Add,
        Tmf.Common.V4.OrderItemAction.Modify => OrderItemAction.Modify,
        Tmf.Common.V4.OrderItemAction.Delete => OrderItemAction.Delete,
        Tmf.Common.V4.OrderItemAction.NoChange => OrderItemAction.NoChange,
        _ => OrderItemAction.Unspecified,
    };
}
