using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Transcoding.Json;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>The events of TMF641 about service orders, appended in the transaction that they tell of.</summary>
internal static class ServiceOrderEvents
{
    private const string Resource = "serviceOrder";

    public static void Created(Session session, ServiceOrder order) =>
        Append(session, "ServiceOrderCreateEvent", order, order, TmfDate.Text(order.OrderDate));

    /// <summary>One event per step: the state's, then that of the other attributes.</summary>
    public static void Changed(Session session, ServiceOrder before, ServiceOrder after, DateTimeOffset now)
    {
        if (before.State != after.State)
            Append(session, "ServiceOrderStateChangeEvent", after, after, TmfDate.Text(TmfDate.Of(now)));
        else
            Append(session, "ServiceOrderAttributeValueChangeEvent", after, after, TmfDate.Text(TmfDate.Of(now)));
    }

    public static void Deleted(Session session, ServiceOrder order, DateTimeOffset now) =>
        Append(session, "ServiceOrderDeleteEvent", order, new ServiceOrder { Id = order.Id, Type = order.Type }, TmfDate.Text(TmfDate.Of(now)));

    private static void Append(Session session, string type, ServiceOrder order, ServiceOrder shown, string time) =>
        EventLog.Append(session, type, Resource, order.Id, time, JsonFormat.ToUtf8Bytes(shown));
}
