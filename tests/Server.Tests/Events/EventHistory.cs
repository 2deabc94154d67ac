using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Storage;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Events;

/// <summary>What happened on a server, as its log has it, and how it is made to happen.</summary>
internal static class EventHistory
{
    public const string Last = "the last one";

    public static ServiceOrder MinimalOrder() =>
        new() { ServiceOrderItem = { new ServiceOrderItem { Id = "1", Action = OrderItemAction.Add, Service = new() } } };

    /// <summary>All events.</summary>
    internal static IReadOnlyList<LoggedEvent> Log(this RunningServer server) => server.Service<Database>()
        .ReadAsync(session => server.Service<EventLog>().ReadAfterAsync(session, 0, int.MaxValue, int.MaxValue)).AsTask().GetAwaiter().GetResult()!.Events;

    /// <summary>Ids of all events, in their order.</summary>
    public static List<string> EventIds(this RunningServer server) => server.Query<string>("select id from event_log order by position");

    /// <summary>Callers at once, each placing orders and deleting every third of its own; then the last order of all.</summary>
    public static async Task WriteAsync(this RunningServer server, int callers, int ordersEach, CancellationToken cancellationToken)
    {
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < ordersEach; i++)
            {
                var created = await server.ServiceOrders.CreateServiceOrderAsync(
                    new CreateServiceOrderRequest { ServiceOrder = MinimalOrder() }, cancellationToken: cancellationToken);
                if (i % 3 == 0)
                {
                    await server.ServiceOrders.DeleteServiceOrderAsync(
                        new DeleteServiceOrderRequest { Id = created.ServiceOrder.Id }, cancellationToken: cancellationToken);
                }
            }
        }, cancellationToken)));
        var last = MinimalOrder();
        last.ExternalId = Last;
        await server.ServiceOrders.CreateServiceOrderAsync(new CreateServiceOrderRequest { ServiceOrder = last }, cancellationToken: cancellationToken);
    }

    /// <summary>Places orders of 100 KB each.</summary>
    public static async Task WriteLargeAsync(this RunningServer server, int orders, CancellationToken cancellationToken)
    {
        var large = MinimalOrder();
        large.Description = new string('x', 100_000);
        for (var i = 0; i < orders; i++)
            await server.ServiceOrders.CreateServiceOrderAsync(new CreateServiceOrderRequest { ServiceOrder = large }, cancellationToken: cancellationToken);
    }

    public static bool IsLast(this Event told) => told.ServiceOrderCreateEvent?.Event.ServiceOrder.ExternalId == Last;

    public static string EventId(this Event told) => told.EventCase switch
    {
        Event.EventOneofCase.ServiceOrderCreateEvent => told.ServiceOrderCreateEvent.EventId,
        Event.EventOneofCase.ServiceOrderDeleteEvent => told.ServiceOrderDeleteEvent.EventId,
        Event.EventOneofCase.ServiceOrderStateChangeEvent => told.ServiceOrderStateChangeEvent.EventId,
        _ => told.ServiceOrderAttributeValueChangeEvent.EventId,
    };
}
