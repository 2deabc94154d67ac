using ServiceOrdering.Errors.V1;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Hub;
using ServiceOrdering.Server.Storage;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.Onap;

/// <summary>The hub as ONAP's NBI has it: a query of few keys, and notifications of its own that are made of the log's events.</summary>
internal sealed class NbiEventDialect(EventTypes types, NbiSubjects subjects) : IEventDialect
{
    public void Check(EventApi api, EventSubscription subscription, UnknownAttributes unknown, string field, List<FieldViolation> violations)
    {
        subscription.Query = NbiHubQuery.WithoutBlanks(subscription.Query);
        QueryErrors.Catch($"{field}.query", violations, null, () => NbiHubQuery.Parse(subscription.Query));
        if (subscription.Format == EventPayloadFormat.CloudEvents)
            violations.Add(Violation($"{field}.format", ErrorReason.FieldInvalid, "NBI's notifications have a form of their own; leave the format out."));
    }

    public INotifications Open(EventApi api, EventSubscription subscription, Sight sight, string publicAddress) =>
        new NbiNotifications(NbiHubQuery.Parse(subscription.Query), sight, types, subjects);
}
