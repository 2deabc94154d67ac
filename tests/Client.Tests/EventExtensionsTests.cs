using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Client.Tests;

/// <summary>What every event has, whichever it is.</summary>
public sealed class EventExtensionsTests
{
    public static TheoryData<string> Types => [.. Event.Descriptor.Oneofs[0].Fields.Select(each => each.Name)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_event_has_an_id_a_type_a_time_and_a_resource(string field)
    {
        var time = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 1, 15, 8, 0, 0, TimeSpan.Zero));
        var told = new Event();
        var member = Event.Descriptor.FindFieldByName(field);
        var envelope = member.MessageType.Parser.ParseFrom(ByteString.Empty);
        Set(envelope, "event_id", "e1");
        Set(envelope, "event_time", time);
        var payload = envelope.Descriptor.FindFieldByName("event").MessageType.Parser.ParseFrom(ByteString.Empty);
        var about = payload.Descriptor.Fields.InFieldNumberOrder()[0];
        var resource = about.MessageType.Parser.ParseFrom(ByteString.Empty);
        Set(resource, "id", "r1");
        about.Accessor.SetValue(payload, resource);
        Set(envelope, "event", payload);
        member.Accessor.SetValue(told, envelope);

        Assert.Equal(("e1", envelope.Descriptor.Name, time), (told.EventId, told.EventType, told.EventTime));
        Assert.Equal("r1", told.Resource.Id);
        Assert.Equal(told.Resource, new WatchEventsResponse { Event = told }.Resource);
    }

    [Fact]
    public void An_event_that_is_newer_than_the_client_has_nothing_and_fails_nowhere()
    {
        var told = new Event();

        Assert.Equal(("", "", null, ""), (told.EventId, told.EventType, told.EventTime, told.FieldPath));
        Assert.Equal("", told.Resource.Id);
        Assert.Null(new WatchEventsResponse { Checkpoint = new Checkpoint() }.Resource);
    }

    private static void Set(IMessage message, string field, object value) => message.Descriptor.FindFieldByName(field).Accessor.SetValue(message, value);
}
