using Spectre.Console;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Cli.Cells;

namespace ServiceOrdering.Cli.Orders;

/// <summary>Shows orders: as JSON, one as a card with its items, several as a table.</summary>
internal static class OrderView
{
    public static void Write(Screen screen, ServiceOrder order)
    {
        if (screen.IsJson)
        {
            screen.WriteJson(order);
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

        var items = Table("ITEM", "ACTION", "STATE", "SERVICE", "SPECIFICATION");
        foreach (var item in order.ServiceOrderItem)
        {
            var service = item.Service ?? new ServiceRefOrValue();
            var specification = service.ServiceSpecification ?? new ServiceSpecificationRef();
            items.AddRow(
                Cell(item.Id),
                Cell(Word(item.Action)),
                State(Word(item.State)),
                Cell(service.HasName ? service.Name : service.Id),
                Cell(specification.HasName ? specification.Name : specification.Id));
        }

        screen.WriteLine("");
        screen.Write(items);
    }

    public static async Task WriteAsync(Screen screen, IAsyncEnumerable<ServiceOrder> orders)
    {
        if (screen.IsJson)
        {
            await screen.WriteJsonAsync(orders);
            return;
        }

        var table = Table("ID", "STATE", "ORDERED", "PRIORITY", "EXTERNAL ID", "ITEMS", "DESCRIPTION");
        await foreach (var order in orders)
        {
            table.AddRow(
                Cell(order.Id),
                State(Word(order.State)),
                Cell(Time(order.OrderDate)),
                Cell(order.Priority),
                Cell(order.ExternalId),
                Cell(order.ServiceOrderItem.Count > 0 ? $"{order.ServiceOrderItem.Count}" : ""),
                Cell(order.Description));
        }

        screen.Write(table);
    }

    private static void WriteLine(Screen screen, string name, string value) =>
        Cells.WriteLine(screen, name, value, name == "state" ? StateStyle(value) : Style.Plain);

    private static Text State(string state) => new(state, StateStyle(state));

    private static Style StateStyle(string state) => new(state switch
    {
        "completed" => Color.Green,
        "failed" or "rejected" => Color.Red,
        "partial" or "pending" or "held" => Color.Yellow,
        "inProgress" => Color.Blue,
        "cancelled" => Color.Grey,
        _ => Color.Default,
    });
}
