using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Cli.Tables;

namespace ServiceOrdering.Cli.Orders;

/// <summary>Shows orders: as JSON, one as a card with its items, several as a table.</summary>
internal static class OrderView
{
    public static Columns<ServiceOrder> Columns { get; } = new(
        order => order.Id,
        ["ID", "STATE", "ORDERED", "PRIO", "EXTERNAL ID", "ITEMS", "DESCRIPTION"],
        order =>
        [
            Id(order.Id),
            State(Word(order.State)),
            When(order.OrderDate),
            Short(order.Priority),
            Cell(order.ExternalId),
            Short(order.ServiceOrderItem.Count > 0 ? $"{order.ServiceOrderItem.Count}" : ""),
            Cell(order.Description),
        ]);

    public static void Write(Screen screen, ServiceOrder order)
    {
        if (!screen.IsTable)
        {
            screen.WriteData(order);
            return;
        }

        WriteLine(screen, "id", order.Id);
        WriteLine(screen, "state", Word(order.State));
        WriteLine(screen, "ordered", Time(order.OrderDate));
        WriteLine(screen, "requested for", Time(order.RequestedCompletionDate));
        WriteLine(screen, "started", Time(order.StartDate));
        WriteLine(screen, "completed", Time(order.CompletionDate));
        WriteLine(screen, "external id", order.ExternalId);
        WriteLine(screen, "priority", order.Priority);
        WriteLine(screen, "category", order.Category);
        WriteLine(screen, "description", order.Description);
        if (order.ServiceOrderItem.Count == 0)
        {
            return;
        }

        var items = Create("ITEM", "ACTION", "STATE", "SERVICE", "SPECIFICATION");
        foreach (var item in order.ServiceOrderItem)
        {
            var service = item.Service ?? new ServiceRefOrValue();
            var specification = service.ServiceSpecification ?? new ServiceSpecificationRef();
            items.AddRow(
                Short(item.Id),
                Short(Word(item.Action)),
                State(Word(item.State)),
                Cell(service.HasName ? service.Name : service.Id),
                Cell(specification.HasName ? specification.Name : specification.Id));
        }

        screen.WriteLine("");
        screen.Write(items);
    }
}
