using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

/// <summary>A kind of resource that events tell of. Modules register theirs.</summary>
/// <param name="Name">Its name in events.</param>
/// <param name="Table">Its table.</param>
/// <param name="Route">Its route.</param>
/// <param name="Seen">What a statement has to ask for to find only what somebody sees; see <see cref="Resources.ResourceKind{T}.Seen"/>.</param>
internal sealed record WatchedResource(string Name, string Table, string Route, Func<Sight, string> Seen)
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
