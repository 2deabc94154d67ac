using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;
using Tmf.ServiceOrdering.V4;

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

        var card = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn();
        AddRow(card, "id", order.Id);
        AddRow(card, "state", Word(order.State));
        AddRow(card, "ordered", Time(order.OrderDate));
        AddRow(card, "requested for", Time(order.RequestedCompletionDate));
        AddRow(card, "started", Time(order.StartDate));
        AddRow(card, "completed", Time(order.CompletionDate));
        AddRow(card, "external id", order.ExternalId);
        AddRow(card, "priority", order.Priority);
        AddRow(card, "category", order.Category);
        AddRow(card, "description", order.Description);
        screen.Write(card);
        if (order.ServiceOrderItem.Count == 0)
        {
            return;
        }

        var items = Table("ITEM", "ACTION", "STATE", "SERVICE", "SPECIFICATION");
        foreach (var item in order.ServiceOrderItem)
        {
            items.AddRow(
                Text(item.Id),
                Text(Word(item.Action)),
                State(Word(item.State)),
                Text(item.Service?.Name ?? item.Service?.Id),
                Text(item.Service?.ServiceSpecification?.Name ?? item.Service?.ServiceSpecification?.Id));
        }

        screen.WriteLine("");
        screen.Write(items);
    }

    public static async Task WriteAsync(Screen screen, IAsyncEnumerable<ServiceOrder> orders)
    {
        if (screen.IsJson)
        {
            await screen.WriteJsonArrayAsync(orders);
            return;
        }

        var table = Table("ID", "STATE", "ORDERED", "PRIORITY", "EXTERNAL ID", "ITEMS", "DESCRIPTION");
        await foreach (var order in orders)
        {
            table.AddRow(
                Text(order.Id),
                State(Word(order.State)),
                Text(Time(order.OrderDate)),
                Text(order.Priority),
                Text(order.ExternalId),
                Text(order.ServiceOrderItem.Count > 0 ? $"{order.ServiceOrderItem.Count}" : ""),
                Text(order.Description));
        }

        screen.Write(table);
    }

    private static Table Table(params string[] columns)
    {
        var table = new Table().NoBorder();
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))).PadRight(2).NoWrap());
        }

        // Only the last column, which holds free text, is broken on a narrow terminal.
        table.Columns[^1].NoWrap = false;
        return table;
    }

    private static void AddRow(Grid card, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            card.AddRow(new Text(name, new Style(decoration: Decoration.Dim)), name == "state" ? State(value) : Text(value));
        }
    }

    private static Text Text(string? text) => new(text ?? "");

    private static Text State(string state) => new(state, new Style(state switch
    {
        "completed" => Color.Green,
        "failed" or "rejected" => Color.Red,
        "partial" or "pending" or "held" => Color.Yellow,
        "inProgress" => Color.Blue,
        "cancelled" => Color.Grey,
        _ => Color.Default,
    }));

    /// <summary>The value of an enum as it stands in JSON; none for what is not set.</summary>
    private static string Word<T>(T value)
        where T : struct, System.Enum =>
        Convert.ToInt32(value) == 0 ? "" : JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static string Time(Timestamp? time) => time?.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss'Z'") ?? "";
}
