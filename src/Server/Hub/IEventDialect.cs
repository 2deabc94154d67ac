using ServiceOrdering.Events.V1;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Hub;

/// <summary>What listeners can ask an API's hub for, and how it tells them of what the log has.</summary>
internal interface IEventDialect
{
    /// <summary>Finds what the hub cannot send, and brings the query to the form that it is kept in.</summary>
    /// <param name="api">The API.</param>
    /// <param name="subscription">The subscription as it was sent.</param>
    /// <param name="unknown">What a query may do with names that are no attributes.</param>
    /// <param name="field">Path of the request's field that holds it.</param>
    /// <param name="violations">What is wrong is added here.</param>
    void Check(EventApi api, EventSubscription subscription, UnknownAttributes unknown, string field, List<FieldViolation> violations);

    /// <summary>What a subscription is told.</summary>
    /// <param name="api">The API.</param>
    /// <param name="subscription">The subscription as it was registered.</param>
    /// <param name="sight">How much it may hear.</param>
    /// <param name="publicAddress">Where clients reach the REST routes.</param>
    INotifications Open(EventApi api, EventSubscription subscription, Sight sight, string publicAddress);
}

/// <summary>What one subscription is told.</summary>
internal interface INotifications
{
    /// <summary>Which events of the log may be told.</summary>
    EventFilter Filter { get; }

    string ContentType { get; }

    /// <summary>
    /// What is sent of an event, in the order in which it is sent: nothing, one body or several. May fail in any way, since the text of the
    /// event may be anything; with an RpcException only where the database could not be read.
    /// </summary>
    ValueTask<IReadOnlyList<Notification>> OfAsync(LoggedEvent logged);
}

/// <summary>A body that is posted to a listener.</summary>
/// <param name="Id">What the listener knows it by when it comes again.</param>
/// <param name="Type">What it tells of, as its dialect names it.</param>
/// <param name="Body">The body.</param>
internal sealed record Notification(string Id, string Type, ReadOnlyMemory<byte> Body);
