using System.Collections.Concurrent;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ServiceOrdering.Json;

/// <summary>A message that is a JSON text of its own, not the value of a field.</summary>
internal abstract class RootMessage
{
    private static readonly ConcurrentDictionary<MessageDescriptor, RootMessage> All = new();

    public static RootMessage Of(MessageDescriptor descriptor) => All.GetOrAdd(descriptor, static d =>
    {
        var codec = ValueCodec.ForMessage(d, d.ClrType);
        // Only the codec of a message without a JSON form of its own is generic.
        return codec.GetType() is { IsGenericType: true }
            ? new Plain(MessagePlan.Of(d))
            : (RootMessage)Activator.CreateInstance(typeof(WellKnown<>).MakeGenericType(d.ClrType), codec)!;
    });

    public abstract void Write(Utf8JsonWriter writer, IMessage message);

    public abstract void Read(ref Utf8JsonReader reader, JsonReading reading, IMessage message);

    private sealed class Plain(MessagePlan plan) : RootMessage
    {
        public override void Write(Utf8JsonWriter writer, IMessage message) => plan.Write(writer, message);

        public override void Read(ref Utf8JsonReader reader, JsonReading reading, IMessage message) =>
            plan.TryRead(ref reader, reading, message);
    }

    private sealed class WellKnown<T>(ValueCodec<T> codec) : RootMessage
        where T : class, IMessage<T>
    {
        public override void Write(Utf8JsonWriter writer, IMessage message) => codec.Write(writer, (T)message);

        public override void Read(ref Utf8JsonReader reader, JsonReading reading, IMessage message)
        {
            if (codec.TryRead(ref reader, reading, out var value))
            {
                ((T)message).MergeFrom(value);
            }
        }
    }
}
