using Google.Protobuf;
using Google.Protobuf.Reflection;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceInventory;
using ServiceOrdering.Server.ServiceOrders;

namespace ServiceOrdering.Server.Events;

/// <summary>A kind of resource that events tell of: its name in events, its table, and its route.</summary>
internal sealed record WatchedResource(string Name, string Table, string Route)
{
    public static readonly IReadOnlyList<WatchedResource> All =
    [
        Of(ServiceOrderStore.Kind),
        Of(ServiceStore.Kind),
    ];

    private readonly FieldDescriptor _member = Resource.Descriptor.Oneofs[0].Fields.Single(field => field.JsonName == Name);

    public static WatchedResource Of(string name) => All.First(resource => resource.Name == name);

    private static WatchedResource Of<T>(ResourceKind<T> kind)
        where T : class, IMessage<T>, new() => new(kind.Name, kind.Table, kind.Route);

    /// <summary>Reads a resource of the table, with where it is found.</summary>
    public Resource Read(ReadOnlySpan<byte> body, string baseAddress)
    {
        var resource = _member.MessageType.Parser.ParseFrom(ByteString.Empty);
        EventTypes.Check(JsonFormat.Read(body, resource));
        WriteHref(resource, baseAddress);
        var read = new Resource();
        _member.Accessor.SetValue(read, resource);
        return read;
    }

    public void WriteHref(IMessage resource, string baseAddress)
    {
        var fields = resource.Descriptor.Fields;
        fields["href"].Accessor.SetValue(resource, $"{baseAddress}{Route}/{fields["id"].Accessor.GetValue(resource)}");
    }
}
