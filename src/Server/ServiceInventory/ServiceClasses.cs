using System.Collections.Frozen;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ServiceOrdering.Server.Resources;
using Tmf.Common.V5;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.ServiceInventory;

/// <summary>
/// The classes of objects that came without <c>@type</c>. A message is named as its class. One that stands for a family is a
/// reference or a value by what it has; where several classes have the same members, as places and parties do, the client
/// alone knows, and <c>@type</c> stays absent.
/// </summary>
internal static class ServiceClasses
{
    private static readonly FrozenDictionary<MessageDescriptor, Func<IMessage, string?>> Families =
        new Dictionary<MessageDescriptor, Func<IMessage, string?>>
        {
            [Characteristic.Descriptor] = part => CharacteristicClasses.Of((Characteristic)part),
            [ServiceRefOrValue.Descriptor] = part => IsReference(part) ? "ServiceRef" : "Service",
            [IntentRefOrValue.Descriptor] = part => IsReference(part) ? "IntentRef" : "Intent",
            [AttachmentRefOrValue.Descriptor] = part => IsReference(part) ? "AttachmentRef" : "Attachment",
            [EntityRefOrValue.Descriptor] = part => IsReference(part) ? "EntityRef" : null,
            [PlaceRefOrValue.Descriptor] = part => IsReference(part) ? "PlaceRef" : null,
            [GeographicLocationRefOrValue.Descriptor] = part => IsReference(part) ? "GeographicLocationRef" : null,
            [PartyRefOrPartyRoleRef.Descriptor] = part => part is PartyRefOrPartyRoleRef { HasPartyId: false, HasPartyName: false } ? "PartyRef" : "PartyRoleRef",
            [PartyOrPartyRole.Descriptor] = _ => null,
            [OtherName.Descriptor] = _ => null,
        }.ToFrozenDictionary();

    /// <summary>Gives every object in a service its class, where it has none and the class can be told.</summary>
    public static void FillIn(Service service)
    {
        foreach (var (part, _) in ServiceParts.All(service, ""))
            Fill(part);
    }

    /// <summary>Gives an object its class, where it has none and the class can be told.</summary>
    public static void Fill(IMessage part)
    {
        if (part.Descriptor.FindFieldByName("type") is not { } type || type.Accessor.HasValue(part))
            return;
        var name = Families.TryGetValue(part.Descriptor, out var classOf) ? classOf(part) : part.Descriptor.Name;
        if (name is not null)
            type.Accessor.SetValue(part, name);
    }

    /// <summary>True for a service that is carried by reference; it has a class by now.</summary>
    public static bool IsReference(ServiceRefOrValue service) =>
        service is { HasId: true } and ({ Type: "ServiceRef" } or { BaseType: "ServiceRef" } or { HasReferredType: true });

    /// <summary>
    /// Whether a service is one that customers have, in SID's words a customer-facing service, and says so: by its category, or by a class
    /// of its own. What says nothing is none.
    /// </summary>
    public static bool FacesCustomers(Service service) =>
        (service.HasCategory && IsCustomerFacing(service.Category)) || IsCustomerFacing(service.Type) || (service.HasBaseType && IsCustomerFacing(service.BaseType));

    // "CFS", "CustomerFacingService", "customer facing service". The migration that gave services of before their column knows the same.
    private static bool IsCustomerFacing(string name) =>
        name.Length is > 2 and < 30
        && string.Concat(name.Where(letter => letter is not (' ' or '-' or '_'))).ToUpperInvariant() is "CFS" or "CUSTOMERFACINGSERVICE" or "CUSTOMERFACING";

    // What has an id and is not described here must be described elsewhere.
    private static bool IsReference(IMessage part)
    {
        var fields = part.Descriptor.Fields.InDeclarationOrder();
        return Has("id") && (Has("referred_type") || fields.All(field => field.Name is "id" or "href" or "name" || !Attributes.IsSet(field, part)));

        bool Has(string name) => fields.Any(field => field.Name == name && field.Accessor.HasValue(part));
    }
}
