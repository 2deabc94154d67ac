using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Orders;

/// <summary>Shows orders: as JSON, one as a card with its items, several as a table.</summary>
internal static class OrderView
{
    private const int WidestCell = 60;

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

    private static Table Table(params string[] columns)
    {
        var table = new Table().NoBorder();
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))).PadRight(2));
        }

        return table;
    }

    private static void WriteLine(Screen screen, string name, string value)
    {
        if (value.Length > 0)
        {
            var line = new Paragraph(name.PadRight(15), new Style(decoration: Decoration.Dim));
            screen.Write(line.Append(Plain(value), name == "state" ? StateStyle(value) : Style.Plain));
            screen.WriteLine("");
        }
    }

    private static Text Cell(string text) => new(Plain(text.Length > WidestCell ? $"{text[..(WidestCell - 1)]}…" : text));

    // What others wrote must not move the cursor of this terminal.
    private static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

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

    /// <summary>The value of an enum as it stands in JSON; none for what is not set.</summary>
    private static string Word<T>(T value)
        where T : struct, System.Enum =>
        Convert.ToInt32(value) == 0 ? "" : JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static string Time(Timestamp? time) => time?.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss'Z'") ?? "";
}
