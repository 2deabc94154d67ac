using System.Collections.Frozen;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Query;

namespace ServiceOrdering.Server.Events;

/// <summary>A type of event, as the contract has it: a member of <see cref="Event"/> whose message holds one resource.</summary>
internal sealed record EventType(FieldDescriptor Member)
{
    public string Name => Member.MessageType.Name;

    /// <summary>The envelope's member that holds the resource: <c>event</c>.</summary>
    public FieldDescriptor Payload { get; } = Member.MessageType.FindFieldByName("event");

    /// <summary>The payload's member that is the resource: <c>serviceOrder</c>.</summary>
    public FieldDescriptor Resource => Payload.MessageType.Fields.InFieldNumberOrder()[0];
}

/// <summary>The types of events that the contract knows about the resources that modules have registered.</summary>
internal sealed class EventTypes
{
    private readonly FrozenDictionary<string, EventType> _types;
    private readonly FrozenDictionary<string, WatchedResource> _resources;

    public EventTypes(IEnumerable<WatchedResource> resources)
    {
        Resources = [.. resources];
        _resources = Resources.ToFrozenDictionary(resource => resource.Name);
        _types = Event.Descriptor.Oneofs[0].Fields.Select(member => new EventType(member))
            .Where(type => _resources.ContainsKey(type.Resource.JsonName))
            .ToFrozenDictionary(type => type.Name);
        Schema = ResourceSchema.ForAny(_types.Values.OrderBy(type => type.Member.FieldNumber).Select(type => type.Member.MessageType));
    }

    public IReadOnlyList<WatchedResource> Resources { get; }

    /// <summary>What a query over events can name: the attributes of all types.</summary>
    public ResourceSchema Schema { get; }

    public IEnumerable<string> Names => _types.Keys;

    /// <summary>The types of events about some kinds of resources.</summary>
    public IReadOnlySet<string> About(IReadOnlyCollection<string> resources) =>
        _types.Values.Where(type => resources.Contains(type.Resource.JsonName)).Select(type => type.Name).ToHashSet();

    /// <summary>Reads an envelope of the log, and writes into it where its resource is found.</summary>
    /// <returns>The event, and its envelope.</returns>
    /// <exception cref="InvalidDataException">The event is of no type that is known here, or its text does not fit it.</exception>
    public (Event Event, IMessage Envelope) Read(string type, ReadOnlySpan<byte> body, string baseAddress)
    {
        var known = _types.GetValueOrDefault(type) ?? throw new InvalidDataException($"{type} is no type of event that is known here.");
        var envelope = known.Member.MessageType.Parser.ParseFrom(ByteString.Empty);
        Check(JsonFormat.Read(body, envelope));
        var resource = (IMessage)known.Resource.Accessor.GetValue((IMessage)known.Payload.Accessor.GetValue(envelope));
        _resources[known.Resource.JsonName].WriteHref(resource, baseAddress);
        var read = new Event();
        known.Member.Accessor.SetValue(read, envelope);
        return (read, envelope);
    }

    public static void Check(JsonReadResult result)
    {
        if (!result.Succeeded)
            throw new InvalidDataException(result.Malformation?.Message ?? $"{result.Violations[0].Place}: {result.Violations[0].Message}");
    }
}
