using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Cli.Events;

/// <summary>The types of events, by what they tell of; the contract has them.</summary>
internal static class EventKinds
{
    public static IReadOnlyList<string> All { get; } = [.. Event.Descriptor.Oneofs[0].Fields.Select(field => field.MessageType.Name)];

    public static IEnumerable<string> Orders => Of("ServiceOrder");

    public static IEnumerable<string> Cancels => Of("CancelServiceOrder");

    public static IEnumerable<string> Services => All.Except(Orders).Except(Cancels);

    private static IEnumerable<string> Of(string resource) => All.Where(type => type.StartsWith(resource, StringComparison.Ordinal));
}
