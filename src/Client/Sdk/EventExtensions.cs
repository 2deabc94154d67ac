using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Client;

/// <summary>What all events have, whichever they are: the standards give each an envelope of its own with members alike.</summary>
[SuppressMessage("Naming", "CA1708", Justification = "The rule takes the blocks for members whose names differ by case.")]
public static class EventExtensions
{
    extension(Event told)
    {
        /// <summary>Identifies the event: the same however often it is told. Empty for an event that is newer than this client.</summary>
        public string EventId => Member<string>(Envelope(told), "event_id") ?? "";

        /// <summary>Which event it is, by its name in the standard: <c>ServiceOrderStateChangeEvent</c>. Empty for one that is newer than this client.</summary>
        public string EventType => Envelope(told)?.Descriptor.Name ?? "";

        /// <summary>When it was written; null for an event that is newer than this client.</summary>
        public Timestamp? EventTime => Member<Timestamp>(Envelope(told), "event_time");

        /// <summary>The attributes that changed, or that are missing, where the event names them, commas between. Empty else.</summary>
        public string FieldPath => Member<string>(Envelope(told), "field_path") ?? "";

        /// <summary>What it is about, with what the event tells of it: often a part only. Nothing is set for what is newer than this client.</summary>
        public Resource Resource
        {
            get
            {
                var payload = Member<IMessage>(Envelope(told), "event");
                var resource = new Resource();
                foreach (var member in Resource.Descriptor.Fields.InFieldNumberOrder())
                {
                    if (Member<IMessage>(payload, member.Name) is { } value)
                    {
                        member.Accessor.SetValue(resource, value);
                    }
                }

                return resource;
            }
        }
    }

    extension(Resource resource)
    {
        /// <summary>The id of the order, the service or the request. Empty where nothing is set.</summary>
        public string Id => Member<string>(Set(resource), "id") ?? "";
    }

    extension(WatchEventsResponse message)
    {
        /// <summary>What the message is about: the resource of an event or of a snapshot; null for other messages.</summary>
        public Resource? Resource => message.Event?.Resource ?? message.SnapshotItem;
    }

    private static IMessage? Envelope(Event told) => Set(told);

    /// <summary>The member of the message's only choice that is set.</summary>
    private static IMessage? Set(IMessage message) =>
        message.Descriptor.Oneofs[0].Accessor.GetCaseFieldDescriptor(message)?.Accessor.GetValue(message) as IMessage;

    private static T? Member<T>(IMessage? message, string name)
        where T : class => message?.Descriptor.FindFieldByName(name)?.Accessor.GetValue(message) as T;
}
