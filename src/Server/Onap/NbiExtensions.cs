using Google.Protobuf.WellKnownTypes;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Onap;

/// <summary>Members that TMF641 has no place for: how they are named among the extensions of its messages.</summary>
internal static class NbiExtensions
{
    /// <summary>On an order: the version of the NBI that it was placed by.</summary>
    public const string PlacedBy = "onapNbi";

    /// <summary>On a service: the state that it shall have, where it is none of TMF641's.</summary>
    public const string ServiceState = "serviceState";

    /// <summary>On a specification: the schema of the service.</summary>
    public const string TargetServiceSchema = "targetServiceSchema";

    /// <summary>On a characteristic: what its value says of itself.</summary>
    public const string Value = "serviceCharacteristicValue";

    /// <summary>On a relation of orders: the type as it was sent, where TMF641's says it otherwise.</summary>
    public const string Type = "type";

    public const string ClassMember = "@type";
    public const string SchemaMember = "@schemaLocation";

    /// <summary>Whether an order was placed by an NBI, and has to pass its checks.</summary>
    public static bool IsOfNbi(ServiceOrder order) => Find(order.Extensions, PlacedBy) is not null;

    public static Value? Find(Struct? extensions, string name) => extensions?.Fields.GetValueOrDefault(name);

    public static string? FindText(Struct? extensions, string name) => Find(extensions, name) is { KindCase: Google.Protobuf.WellKnownTypes.Value.KindOneofCase.StringValue } text ? text.StringValue : null;

    public static Struct With(Struct? extensions, string name, Value value)
    {
        extensions ??= new Struct();
        extensions.Fields[name] = value;
        return extensions;
    }
}
