using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>The states of an order and what each allows.</summary>
internal static class ServiceOrderLifecycle
{
    public static bool IsFinal(ServiceOrderState state) => state is ServiceOrderState.Completed or ServiceOrderState.Failed
        or ServiceOrderState.Partial or ServiceOrderState.Rejected or ServiceOrderState.Cancelled;

    /// <summary>Deletion is for administration: it must not take an order away from those who work on it.</summary>
    public static bool IsDeletable(ServiceOrderState state) => state is ServiceOrderState.Acknowledged || IsFinal(state);
}
