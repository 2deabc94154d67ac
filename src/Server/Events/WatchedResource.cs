using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Json;

namespace ServiceOrdering.Server.Events;

/// <summary>A kind of resource that events tell of: its name in events, its table, and its route. Modules register theirs.</summary>
internal sealed record WatchedResource(string Name, string Table, string Route)
{
    private readonly FieldDescriptor _member = Resource.Descriptor.Oneofs[0].Fields.Single(field => field.JsonName == Name);

    /// <summary>Reads a resource of the table, with where it is found.</summary>
    public Resource Read(string body, string baseAddress)
    {
        var resource = _member.MessageType.Parser.ParseFrom(ByteString.Empty);
        EventTypes.Check(JsonFormat.Read(Encoding.UTF8.GetBytes(body), resource));
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
