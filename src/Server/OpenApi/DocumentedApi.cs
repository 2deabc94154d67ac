using System.Text.RegularExpressions;
using Google.Api;
using Google.Protobuf.Reflection;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Inventory.V1;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Onap;
using Tmf.ServiceInventory.V5;
using Tmf.ServiceOrdering.V4;
using Nbi = global::Onap.Nbi.V4;
using Service = Tmf.ServiceInventory.V5.Service;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace ServiceOrdering.Server.OpenApi;

/// <summary>An API that has a document of its own.</summary>
internal sealed partial record DocumentedApi
{
    /// <summary>Its name in addresses and of its file.</summary>
    public required string Name { get; init; }

    public required string Title { get; init; }

    /// <summary>The version of what is served, as its standard counts.</summary>
    public required string Version { get; init; }

    /// <summary>What the document says before anything else.</summary>
    public required string Description { get; init; }

    /// <summary>What comes before its paths. It answers alike under all of them; where there is none, it has what no other API has.</summary>
    public IReadOnlyList<string> Bases { get; init; } = [];

    public required IReadOnlyList<ServiceDescriptor> Services { get; init; }

    /// <summary>Services whose bodies are protobuf's own JSON (<c>WithTmfErrors</c>), not TM Forum's.</summary>
    public IReadOnlyList<ServiceDescriptor> Plain { get; init; } = [];

    /// <summary>What it sends to listeners: the name of each, and its body.</summary>
    public IReadOnlyList<(string Name, MessageDescriptor Body)> Notifications { get; init; } = [];

    /// <summary>All APIs, in the order in which they are shown.</summary>
    public static IReadOnlyList<DocumentedApi> All { get; } =
    [
        new()
        {
            Name = "tmf641",
            Title = "Service Ordering (TMF641)",
            Version = "4.1.0",
            Description = "Places, follows, changes and cancels service orders: TM Forum's TMF641, version 4.1, with what TMF630 defines for all of its APIs.",
            Bases = ["/tmf-api/serviceOrdering/v4", "/tmf-api/serviceOrderingManagement/v4"],
            Services = [ServiceOrderService.Descriptor, CancelServiceOrderService.Descriptor, EventSubscriptionService.Descriptor],
            Notifications = [.. EventsOf(ServiceOrder.Descriptor.File.Package)],
        },
        new()
        {
            Name = "tmf638",
            Title = "Service Inventory (TMF638)",
            Version = "5.0.0",
            Description = "Reads and keeps the services that orders have made: TM Forum's TMF638, version 5.0, with what TMF630 defines for all of its APIs.",
            Bases = ["/tmf-api/serviceInventory/v5", "/tmf-api/serviceInventoryManagement/v5"],
            Services = [ServiceService.Descriptor, EventSubscriptionService.Descriptor],
            Notifications = [.. EventsOf(Service.Descriptor.File.Package)],
        },
        new()
        {
            Name = "onap-nbi",
            Title = "Service orders and hub (ONAP External API)",
            Version = "4.1.0",
            Description = "Service orders in the dialect of ONAP's External API (NBI), versions 3 and 4. Both have the same routes and bodies; errors of version 3 have the members `@type` and `@schemaLocation` besides.",
            Bases = [Targets.BaseOf("v4"), Targets.BaseOf("v3")],
            Services = [Nbi.ServiceOrderService.Descriptor, Nbi.HubService.Descriptor],
            Notifications = [.. NbiEventTypes.All.Select(type => (type, type.StartsWith("ServiceOrder", StringComparison.Ordinal) ? Nbi.ServiceOrderNotification.Descriptor : Nbi.ServiceNotification.Descriptor))],
        },
        new()
        {
            Name = "service-ordering",
            Title = "Work, fallout, jobs, events, topology and keys",
            Version = "1.0.0",
            Description = "What no standard has: work for those who deliver items, what they could not deliver, jobs over many orders, the stream of events, the delivery of events to listeners, the links between services, and API keys.",
            Services =
            [
                FulfillmentService.Descriptor, FalloutService.Descriptor, JobService.Descriptor, EventService.Descriptor, EventSubscriptionService.Descriptor,
                EventDeliveryService.Descriptor, ServiceTopologyService.Descriptor, ApiKeyService.Descriptor,
            ],
            Plain = [FulfillmentService.Descriptor, FalloutService.Descriptor, JobService.Descriptor, ApiKeyService.Descriptor],
        },
    ];

    /// <summary>The routes of the API: each with its method, its rule, and its path behind the first base, with names of JSON in it.</summary>
    public IEnumerable<(MethodDescriptor Method, HttpRule Rule, string Verb, string Path)> Routes() =>
        from service in Services
        from method in service.Methods
        let first = method.GetOptions()?.GetExtension(AnnotationsExtensions.Http)
        where first is not null
        from rule in first.AdditionalBindings.Prepend(first)
        let route = RouteOf(rule)
        where OwnerOf(route.Path) == this && (Bases.Count == 0 || IsUnder(route.Path, Bases[0]))
        select (method, rule, route.Verb, Variable().Replace(Bases.Count == 0 ? route.Path : route.Path[Bases[0].Length..], name => $"{{{method.InputType.FindFieldByName(name.Groups[1].Value).JsonName}}}"));

    /// <summary>The API that has a path.</summary>
    public static DocumentedApi OwnerOf(string path) => All.FirstOrDefault(api => api.Bases.Any(known => IsUnder(path, known))) ?? All.First(api => api.Bases.Count == 0);

    /// <summary>Verb and path of a rule.</summary>
    public static (string Verb, string Path) RouteOf(HttpRule rule) => rule.PatternCase switch
    {
        HttpRule.PatternOneofCase.Get => ("GET", rule.Get),
        HttpRule.PatternOneofCase.Put => ("PUT", rule.Put),
        HttpRule.PatternOneofCase.Post => ("POST", rule.Post),
        HttpRule.PatternOneofCase.Delete => ("DELETE", rule.Delete),
        HttpRule.PatternOneofCase.Patch => ("PATCH", rule.Patch),
        _ => (rule.Custom.Kind, rule.Custom.Path),
    };

    private static bool IsUnder(string path, string known) => path.StartsWith(known + "/", StringComparison.Ordinal);

    // The standards' listeners have a path for each.
    private static IEnumerable<(string Name, MessageDescriptor Body)> EventsOf(string package) => Event.Descriptor.Fields.InDeclarationOrder()
        .Where(field => field.MessageType.File.Package == package)
        .Select(field => (field.MessageType.Name, field.MessageType));

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Variable();
}
