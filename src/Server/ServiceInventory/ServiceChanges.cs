using ServiceOrdering.Errors.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using Tmf.ServiceInventory.V5;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.ServiceInventory;

/// <summary>What may be changed of a service, and what follows from a change. Pure.</summary>
internal static class ServiceChanges
{
    /// <summary>The service after a change, without its href; or every reason why it may not be changed so.</summary>
    public static Service Apply(Service stored, ResourceChange<Service> change, DateTimeOffset now)
    {
        var before = change.Seen(stored);
        var after = change.Propose(before);
        ServiceClasses.FillIn(after);
        var invalid = RequestFields.Check(after, before);
        invalid.AddRange(ServiceRequests.CheckCharacteristics(after, ""));
        invalid.AddRange(Attributes.CheckImmutable(before, after));
        if (invalid.Count > 0)
            throw ApiErrors.RequestInvalid(change.Locate(invalid));

        if (after.State != before.State && !ServiceLifecycle.After(before.State).Contains(after.State))
            throw ApiErrors.ServiceTransitionForbidden(before.Id, change.Locate([Transition(before.State, after.State)]));

        ServiceLifecycle.Enter(before, after, now);
        after.ClearHref();
        return after;
    }

    private static FieldViolation Transition(ServiceState from, ServiceState to)
    {
        var allowed = string.Join(", ", ServiceLifecycle.After(from).Select(EnumNames.Json));
        return Violation("state", ErrorReason.ServiceTransitionForbidden,
            $"The service cannot go from {EnumNames.Json(from)} to {EnumNames.Json(to)}; allowed from {EnumNames.Json(from)}: {(allowed.Length == 0 ? "none" : allowed)}.");
    }
}
