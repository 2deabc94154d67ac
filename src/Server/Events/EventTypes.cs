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

/// <summary>Every type of event that the contract knows; a new one is a new member of <see cref="Event"/>.</summary>
internal static class EventTypes
{
    public static readonly FrozenDictionary<string, EventType> All = Event.Descriptor.Oneofs[0].Fields
        .Select(member => new EventType(member))
        .ToFrozenDictionary(type => type.Name);

    /// <summary>What a query over events can name: the attributes of all types.</summary>
    public static readonly ResourceSchema Schema = ResourceSchema.ForAny(Event.Descriptor.Oneofs[0].Fields.Select(member => member.MessageType));

    /// <summary>Reads an envelope of the log, and writes into it where its resource is found.</summary>
    public static Event Read(string type, ReadOnlySpan<byte> body, string baseAddress)
    {
        var known = All[type];
        var envelope = known.Member.MessageType.Parser.ParseFrom(ByteString.Empty);
        Check(JsonFormat.Read(body, envelope));
        var resource = (IMessage)known.Resource.Accessor.GetValue((IMessage)known.Payload.Accessor.GetValue(envelope));
        WatchedResource.Of(known.Resource.JsonName).WriteHref(resource, baseAddress);
        var read = new Event();
        known.Member.Accessor.SetValue(read, envelope);
        return read;
    }

    public static void Check(JsonReadResult result)
    {
        if (!result.Succeeded)
            throw new InvalidDataException(result.Malformation?.Message ?? $"{result.Violations[0].Place}: {result.Violations[0].Message}");
    }
}
