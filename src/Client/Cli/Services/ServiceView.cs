using ServiceOrdering.Inventory.V1;
using Tmf.ServiceInventory.V5;
using static ServiceOrdering.Cli.Tables;

namespace ServiceOrdering.Cli.Services;

/// <summary>Shows services: as JSON, one as a card with its characteristics, several as a table, linked ones as a tree.</summary>
internal static class ServiceView
{
    public static Columns<Service> Columns { get; } = new(
        service => service.Id,
        ["ID", "STATE", "STATUS", "TYPE", "SPECIFICATION", "NAME"],
        service =>
        [
            Id(service.Id),
            State(Word(service.State)),
            Short(Word(service.OperatingStatus)),
            Cell(service.ServiceType),
            Cell(Specification(service)),
            Cell(service.Name),
        ]);

    public static void Write(Screen screen, Service service)
    {
        if (!screen.IsTable)
        {
            screen.WriteData(service);
            return;
        }

        WriteLine(screen, "id", service.Id);
        WriteLine(screen, "name", service.Name);
        WriteLine(screen, "state", Word(service.State));
        WriteLine(screen, "status", Word(service.OperatingStatus));
        WriteLine(screen, "type", service.ServiceType);
        WriteLine(screen, "category", service.Category);
        WriteLine(screen, "specification", Specification(service));
        WriteLine(screen, "created", service.ServiceDate);
        WriteLine(screen, "started", Time(service.StartDate));
        WriteLine(screen, "ended", Time(service.EndDate));
        WriteLine(screen, "description", service.Description);
        if (service.ServiceCharacteristic.Count == 0)
        {
            return;
        }

        var characteristics = Create("CHARACTERISTIC", "VALUE");
        foreach (var characteristic in service.ServiceCharacteristic)
        {
            characteristics.AddRow(Cell(characteristic.Name), Cell(characteristic.Value is { } value ? TmfJson.Text(value) : ""));
        }

        screen.WriteLine("");
        screen.Write(characteristics);
    }

    public static void Write(Screen screen, ServiceTopology topology, ServiceTopologyDirection direction)
    {
        if (!screen.IsTable)
        {
            screen.WriteData(topology);
            return;
        }

        var services = topology.Services.ToDictionary(service => service.Id);
        var links = topology.Links
            .Select(link => direction == ServiceTopologyDirection.Supported
                ? (From: link.TargetId, To: link.ServiceId, link.LinkType)
                : (From: link.ServiceId, To: link.TargetId, link.LinkType))
            .ToLookup(link => link.From);
        var shown = new HashSet<string>();
        var table = Create("SERVICE", "LINK", "STATE", "NAME");
        Add(topology.Services[0].Id, "", 0);
        screen.Write(table);
        if (topology.Truncated)
        {
            screen.WriteLine("There is more; --depth shows it, up to 1000 services.");
        }

        // A service that is linked in several ways is followed once.
        void Add(string id, string link, int level)
        {
            var service = services.GetValueOrDefault(id);
            var isNew = shown.Add(id);
            var name = service is null ? "(not in the inventory)" : isNew ? service.Name : "(see above)";
            table.AddRow(Cell($"{new string(' ', 2 * level)}{id}"), Cell(link), State(service is null ? "" : Word(service.State)), Cell(name));
            foreach (var next in isNew ? links[id] : [])
            {
                Add(next.To, next.LinkType, level + 1);
            }
        }
    }

    private static string Specification(Service service) => service.ServiceSpecification switch
    {
        { HasName: true } named => named.Name,
        { } other => other.Id,
        null => "",
    };
}
