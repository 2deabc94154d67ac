using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Json;

namespace ServiceOrdering.Cli.Events;

/// <summary>Shows messages of a watch: as the lines that the REST stream has, or as rows that come one by one.</summary>
internal static class EventView
{
    public static void Write(Screen screen, WatchEventsResponse message)
    {
        if (!screen.IsTable)
        {
            screen.WriteMessage(message);
        }
        else if (message.Resource is { } resource)
        {
            WriteRow(screen, message.Event, resource);
        }
    }

    /// <summary>An instant, as logs have it.</summary>
    public static string Time(Timestamp? time) => time?.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss.fff'Z'") ?? "";

    /// <summary>What has happened, in words: <c>changed: priority</c>.</summary>
    public static string What(Event told)
    {
        var order = told.Resource.ServiceOrder;
        var type = told.EventType;
        return type switch
        {
            _ when type.EndsWith("CreateEvent", StringComparison.Ordinal) => "created",
            _ when type.EndsWith("DeleteEvent", StringComparison.Ordinal) => "deleted",
            _ when type.EndsWith("StateChangeEvent", StringComparison.Ordinal) => "state",
            _ when type.EndsWith("OperatingStatusChangeEvent", StringComparison.Ordinal) => "operating status",
            _ when type.EndsWith("AttributeValueChangeEvent", StringComparison.Ordinal) => told.FieldPath.Length > 0 ? $"changed: {told.FieldPath}" : "changed",
            _ when type.EndsWith("InformationRequiredEvent", StringComparison.Ordinal) => $"information required: {told.FieldPath}",
            _ when type.EndsWith("MilestoneEvent", StringComparison.Ordinal) => $"milestone: {order?.Milestone.LastOrDefault()?.Name}",
            _ when type.EndsWith("JeopardyEvent", StringComparison.Ordinal) => $"jeopardy: {order?.JeopardyAlert.LastOrDefault()?.Message}",
            _ => type,
        };
    }

    private static void WriteRow(Screen screen, Event? told, Resource resource)
    {
        var (kind, state, more) = resource.ResourceCase switch
        {
            Resource.ResourceOneofCase.ServiceOrder => ("order", resource.ServiceOrder.HasState ? EnumNames.Json(resource.ServiceOrder.State) : "", resource.ServiceOrder.ExternalId),
            Resource.ResourceOneofCase.Service => ("service", Tables.Word(resource.Service.State), resource.Service.Name),
            Resource.ResourceOneofCase.CancelServiceOrder => ("cancel", Tables.Word(resource.CancelServiceOrder.State), $"order {resource.CancelServiceOrder.ServiceOrder?.Id}"),
            _ => ("", "", ""),
        };
        var what = told is null ? "is" : What(told);
        var time = Time(told?.EventTime ?? resource.ServiceOrder?.OrderDate);

        // Rows come one by one: the widths are those of what is usual.
        var row = screen.Width < 120
            ? $"{(time.Length > 11 ? time[11..^1] : ""),-13}{kind,-8}{resource.Id,-37}{state,-13}{(state.Length > 0 && what == "state" ? "" : what)}"
            : $"{time,-25}{told?.EventType ?? "(is)",-38}{resource.Id,-38}{state,-22}{more}{told?.FieldPath}";
        screen.WriteLine(TableCell.Narrow(new TableCell(row.TrimEnd()).Text, screen.Width, CellFit.Beginning));
    }
}
