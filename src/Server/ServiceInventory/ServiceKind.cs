using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.ServiceInventory;

/// <summary>What the table of services holds beside their text, and what follows from their changes.</summary>
internal static class ServiceKind
{
    public static ResourceKind<Service> Create() => new(
        Name: "service",
        Table: "service",
        // Of the two base paths that serve the inventory, the one that the standard's document names.
        Route: "/tmf-api/serviceInventory/v5/service",
        Columns:
        [
            new("state", "state", service => EnumNames.Json(service.State)),
            new("serviceDate", "service_date", service => service.ServiceDate),
            new("serviceType", "service_type", service => service.HasServiceType ? service.ServiceType : null),
            new("name", "name", service => service.HasName ? service.Name : null),
            new("serviceSpecification.id", "service_specification_id", service => service.ServiceSpecification is { HasId: true } specification ? specification.Id : null),
        ],
        DateColumn: "service_date",
        Id: service => service.Id,
        State: service => EnumNames.Json(service.State),
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
        Followers = [ServiceRelations.FollowAsync, ServiceEvents.FollowAsync],
    };
}
