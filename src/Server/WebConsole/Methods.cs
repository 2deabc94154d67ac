namespace ServiceOrdering.Server.WebConsole;

/// <summary>The full names of the contract's methods that pages are of, or offer.</summary>
internal static class Methods
{
    public const string ListOrders = "/tmf.serviceordering.v4.ServiceOrderService/ListServiceOrders";
    public const string GetOrder = "/tmf.serviceordering.v4.ServiceOrderService/GetServiceOrder";
    public const string CreateOrder = "/tmf.serviceordering.v4.ServiceOrderService/CreateServiceOrder";
    public const string PatchOrder = "/tmf.serviceordering.v4.ServiceOrderService/PatchServiceOrder";
    public const string CancelOrder = "/tmf.serviceordering.v4.CancelServiceOrderService/CreateCancelServiceOrder";
    public const string ListCancels = "/tmf.serviceordering.v4.CancelServiceOrderService/ListCancelServiceOrders";
    public const string ListServices = "/tmf.serviceinventory.v5.ServiceService/ListServices";
    public const string GetService = "/tmf.serviceinventory.v5.ServiceService/GetService";
    public const string GetTopology = "/serviceordering.inventory.v1.ServiceTopologyService/GetServiceTopology";
    public const string ListWork = "/serviceordering.fulfillment.v1.FulfillmentService/ListWorkItems";
    public const string ListFallout = "/serviceordering.fulfillment.v1.FalloutService/ListFalloutItems";
    public const string GetFallout = "/serviceordering.fulfillment.v1.FalloutService/GetFalloutItem";
    public const string RetryFallout = "/serviceordering.fulfillment.v1.FalloutService/RetryFalloutItem";
    public const string CompleteFallout = "/serviceordering.fulfillment.v1.FalloutService/CompleteFalloutItem";
    public const string FailFallout = "/serviceordering.fulfillment.v1.FalloutService/FailFalloutItem";
    public const string AssignFallout = "/serviceordering.fulfillment.v1.FalloutService/AssignFalloutItem";
    public const string CreateJob = "/serviceordering.fulfillment.v1.JobService/CreateJob";
    public const string GetJob = "/serviceordering.fulfillment.v1.JobService/GetJob";
    public const string ListJobs = "/serviceordering.fulfillment.v1.JobService/ListJobs";
    public const string CancelJob = "/serviceordering.fulfillment.v1.JobService/CancelJob";
    public const string WatchEvents = "/serviceordering.events.v1.EventService/WatchEvents";
    public const string ListSubscriptions = "/serviceordering.events.v1.EventSubscriptionService/ListEventSubscriptions";
    public const string GetSubscription = "/serviceordering.events.v1.EventSubscriptionService/GetEventSubscription";
    public const string DeleteSubscription = "/serviceordering.events.v1.EventSubscriptionService/DeleteEventSubscription";
    public const string ListAttempts = "/serviceordering.events.v1.EventDeliveryService/ListDeliveryAttempts";
    public const string ResumeSubscription = "/serviceordering.events.v1.EventDeliveryService/ResumeEventSubscription";
    public const string RotateSecret = "/serviceordering.events.v1.EventDeliveryService/RotateEventSubscriptionSecret";
    public const string ReplayEvents = "/serviceordering.events.v1.EventDeliveryService/ReplayEvents";
}
