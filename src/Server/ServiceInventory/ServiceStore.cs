using System.Buffers;
using ServiceOrdering.Inventory.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.ServiceInventory;

/// <summary>Services in the database.</summary>
internal sealed class ServiceStore(Database database, TimeProvider time)
{
    public static readonly ResourceKind<Service> Kind = new(
        Name: "service",
        Table: "service",
        // Of the two base paths that serve the inventory, the one that the standard's document names.
        Route: "/tmf-api/serviceInventory/v5/service",
        Attributes: new Dictionary<string, string>
        {
            ["id"] = "id",
            ["state"] = "state",
            ["serviceDate"] = "service_date",
            ["serviceType"] = "service_type",
            ["name"] = "name",
            ["serviceSpecification.id"] = "service_specification_id",
        },
        DateColumn: "service_date",
        Id: service => service.Id,
        State: service => EnumNames.Json(service.State),
        Date: service => service.ServiceDate,
        NotFound: ApiErrors.ServiceNotFound,
        Changed: ApiErrors.ServiceChanged)
    {
        Lists = new Dictionary<string, Func<Service, IEnumerable<string>>>
        {
            ["relatedParty.partyOrPartyRole.id"] = service =>
                service.RelatedParty.Where(party => party.PartyOrPartyRole is { HasId: true }).Select(party => party.PartyOrPartyRole.Id),
            ["serviceCharacteristic.name"] = service => service.ServiceCharacteristic.Select(characteristic => characteristic.Name),
            ["serviceOrderItem.serviceOrderId"] = service =>
                service.ServiceOrderItem.Where(item => item.HasServiceOrderId).Select(item => item.ServiceOrderId),
            ["serviceRelationship.service.id"] = service =>
                service.ServiceRelationship.Where(relationship => relationship.Service is { HasId: true }).Select(relationship => relationship.Service.Id),
            ["supportingService.id"] = service => service.SupportingService.Where(supporting => supporting.HasId).Select(supporting => supporting.Id),
        },
    };

    private readonly ResourceStore<Service> _resources = new(database, Kind, time);

    public Stored<Service> Get(string id) => _resources.Get(id);

    public string CopyTo(IBufferWriter<byte> output, string id, string href) => _resources.CopyTo(output, id, href);

    public ResourcePage<Service> List(ResourceQuery query, CancellationToken cancellationToken) => _resources.List(query, cancellationToken);

    public ServiceTopology GetTopology(string id, ServiceTopologyDirection direction, int depth, CancellationToken cancellationToken) =>
        database.ReadConsistently(session =>
        {
            using var cancellation = session.CancelWith(cancellationToken);
            return ServiceRelations.Follow(session, id, direction, depth) ?? throw ApiErrors.ServiceNotFound(id);
        });

    public Task<Stored<Service>> CreateAsync(Service service, RequestId? requestId, string correlationId, CancellationToken cancellationToken) =>
        _resources.CreateAsync(service, requestId, (session, created, body) =>
        {
            ServiceRelations.Write(session, before: null, created);
            ServiceEvents.Created(session, created, body.Span, time.GetUtcNow(), correlationId);
        }, cancellationToken);

    /// <summary>Changes a service by its life's rules; <paramref name="show"/> gives it the form that the caller has seen.</summary>
    public Task<Stored<Service>> UpdateAsync(
        string id, string etag, ResourceChange<Service> change, Func<Service, Service> show, string correlationId,
        CancellationToken cancellationToken) =>
        _resources.UpdateAsync(
            id,
            etag,
            before => ServiceChanges.Apply(show(before.Clone()), change, time.GetUtcNow()),
            (session, before, after) =>
            {
                ServiceRelations.Write(session, before, after);
                ServiceEvents.Changed(session, before, after, time.GetUtcNow(), correlationId);
            },
            cancellationToken);

    public Task<bool> DeleteAsync(string id, string etag, string correlationId, CancellationToken cancellationToken) =>
        _resources.DeleteAsync(id, etag, (session, service) =>
        {
            var users = ServiceRelations.UsersOf(session, id);
            if (users.Count > 0)
                throw ApiErrors.ServiceInUse(id, users);
            ServiceRelations.Write(session, service, after: null);
            ServiceEvents.Deleted(session, service, time.GetUtcNow(), correlationId);
        }, cancellationToken);
}
