using System.Text.Json;
using ServiceOrdering.Fulfillment.V1;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>What workers are chosen by. There are few kinds, however many items wait.</summary>
internal sealed record WorkKind(OrderItemAction Action, string ServiceType, string SpecificationId, string Category)
{
    // Of an index; what is longer counts by its start.
    private const int LongestPart = 150;

    public static WorkKind Of(ServiceOrder order, ServiceOrderItem item) => new(
        item.Action,
        Cut(item.Service.ServiceType),
        Cut(item.Service.ServiceSpecification?.Id ?? ""),
        Cut(item.Service.HasCategory ? item.Service.Category : order.Category));

    public static WorkKind Parse(string text)
    {
        var parts = JsonSerializer.Deserialize<string[]>(text)!;
        return new WorkKind((OrderItemAction)int.Parse(parts[0]), parts[1], parts[2], parts[3]);
    }

    /// <summary>Whether a worker that can do one of these takes it; nothing is everything.</summary>
    public bool IsIn(IReadOnlyCollection<Capability> capabilities) => capabilities.Count == 0 || capabilities.Any(capability =>
        (capability.Action == OrderItemAction.Unspecified || capability.Action == Action)
        && (capability.ServiceType.Length == 0 || Cut(capability.ServiceType) == ServiceType)
        && (capability.SpecificationId.Length == 0 || Cut(capability.SpecificationId) == SpecificationId)
        && (capability.Category.Length == 0 || Cut(capability.Category) == Category));

    public override string ToString() => JsonSerializer.Serialize(new[] { $"{(int)Action}", ServiceType, SpecificationId, Category });

    public static string Cut(string text) => text.Length <= LongestPart ? text : text[..LongestPart];
}
