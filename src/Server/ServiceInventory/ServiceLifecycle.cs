using System.Collections.Frozen;
using ServiceOrdering.Server.Resources;
using Tmf.ServiceInventory.V5;
using static Tmf.ServiceInventory.V5.ServiceState;

namespace ServiceOrdering.Server.ServiceInventory;

/// <summary>The states of a service: which may follow which, and the dates that they set. Pure.</summary>
internal static class ServiceLifecycle
{
    private static readonly FrozenDictionary<ServiceState, ServiceState[]> Transitions = new Dictionary<ServiceState, ServiceState[]>
    {
        [FeasibilityChecked] = [Designed, Reserved, Inactive, Active, Terminated],
        [Designed] = [Reserved, Inactive, Active, Terminated],
        [Reserved] = [Designed, Inactive, Active, Terminated],
        [Inactive] = [Active, Terminated],
        [Active] = [Inactive, Suspended, Terminated],
        [Suspended] = [Inactive, Active, Terminated],
    }.ToFrozenDictionary();

    public static bool IsFirst(ServiceState state) => state != Terminated;

    /// <summary>The states that may follow.</summary>
    public static IReadOnlyList<ServiceState> After(ServiceState state) => Transitions.GetValueOrDefault(state, []);

    /// <summary>
    /// Sets what a new state implies. A date that came with the state stays, and so does the start of a service that was
    /// active before, and of a new one whether it has started.
    /// </summary>
    public static void Enter(Service before, Service after, DateTimeOffset now)
    {
        if (after.State == before.State)
            return;
        var hasNotStarted = !before.HasState && after is { HasHasStarted: true, HasStarted: false };
        if (after.State == Active && !hasNotStarted)
        {
            if (after.StartDate is null || (!before.HasStarted && after.StartDate.Equals(before.StartDate)))
                after.StartDate = TmfDate.Of(now);
            after.HasStarted = true;
        }
        if (after.State == Terminated && Equals(after.EndDate, before.EndDate))
            after.EndDate = TmfDate.Of(now);
    }
}
