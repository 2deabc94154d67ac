using System.Buffers;
using System.Text;

namespace Grpc.Core;

/// <summary>
/// Takes one serialized message, either as an array (<see cref="Complete(byte[])"/>) or written into
/// <see cref="GetBufferWriter"/> and then <see cref="Complete()"/>.
/// </summary>
public abstract class SerializationContext
{
    /// <summary>Takes the whole message and ends the serialization.</summary>
    public virtual void Complete(byte[] payload) => throw NotOffered(nameof(Complete));

    /// <summary>Announces the size of the message in bytes, before its buffer is asked for.</summary>
    public virtual void SetPayloadLength(int payloadLength)
    {
        // A hint: a transport that has no use for it ignores it.
    }

    /// <summary>Gives the buffer that the message is written into.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw NotOffered(nameof(GetBufferWriter));

    /// <summary>Ends the serialization after the message was written into the buffer.</summary>
    public virtual void Complete() => throw NotOffered(nameof(Complete));

    private NotSupportedException NotOffered(string member) => new($"{GetType()} does not offer {member}.");
}

/// <summary>Gives one received message, as an array or as a sequence of buffers. It can be read once.</summary>
public abstract class DeserializationContext
{
    /// <summary>The size of the message in bytes.</summary>
    public abstract int PayloadLength { get; }

    /// <summary>Gives the message in a new array that belongs to the caller.</summary>
    public virtual byte[] PayloadAsNewBuffer() => throw NotOffered(nameof(PayloadAsNewBuffer));

    /// <summary>Gives the message without copying it. It is valid until the deserializer returns.</summary>
    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() => throw NotOffered(nameof(PayloadAsReadOnlySequence));

    private NotSupportedException NotOffered(string member) => new($"{GetType()} does not offer {member}.");
}

/// <summary>Turns messages into bytes and back.</summary>
/// <typeparam name="T">The message.</typeparam>
public class Marshaller<T>
{
    /// <summary>Creates a marshaller that works on arrays.</summary>
    public Marshaller(Func<T, byte[]> serializer, Func<byte[], T> deserializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        ArgumentNullException.ThrowIfNull(deserializer);
        Serializer = serializer;
        Deserializer = deserializer;
        ContextualSerializer = (message, context) => context.Complete(serializer(message));
        ContextualDeserializer = context => deserializer(context.PayloadAsNewBuffer());
    }

    /// <summary>Creates a marshaller that works on the transport's buffers.</summary>
    public Marshaller(Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        ArgumentNullException.ThrowIfNull(deserializer);
        ContextualSerializer = serializer;
        ContextualDeserializer = deserializer;
        Serializer = message =>
        {
            var context = new ArraySerializationContext();
            serializer(message, context);
            return context.Payload;
        };
        Deserializer = payload => deserializer(new ArrayDeserializationContext(payload));
    }

    /// <summary>Gives a message's bytes.</summary>
    public Func<T, byte[]> Serializer { get; }

    /// <summary>Reads a message from its bytes.</summary>
    public Func<byte[], T> Deserializer { get; }

    /// <summary>Writes a message to a transport.</summary>
    public Action<T, SerializationContext> ContextualSerializer { get; }

    /// <summary>Reads a message from a transport.</summary>
    public Func<DeserializationContext, T> ContextualDeserializer { get; }
}

/// <summary>Creates marshallers.</summary>
public static class Marshallers
{
    /// <summary>A marshaller for text in UTF-8.</summary>
    public static Marshaller<string> StringMarshaller { get; } =
        new(Encoding.UTF8.GetBytes, payload => Encoding.UTF8.GetString(payload));

    /// <summary>Creates a marshaller that works on arrays.</summary>
    /// <typeparam name="T">The message.</typeparam>
    public static Marshaller<T> Create<T>(Func<T, byte[]> serializer, Func<byte[], T> deserializer) =>
        new(serializer, deserializer);

    /// <summary>Creates a marshaller that works on the transport's buffers.</summary>
    /// <typeparam name="T">The message.</typeparam>
    public static Marshaller<T> Create<T>(
        Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer) =>
        new(serializer, deserializer);
}

/// <summary>Lets a buffer-based serializer produce an array.</summary>
internal sealed class ArraySerializationContext : SerializationContext
{
    private ArrayBufferWriter<byte>? buffer;
    private byte[]? payload;

    public byte[] Payload => payload ?? throw new InvalidOperationException("The serializer did not complete the message.");

    public override void Complete(byte[] payload) => this.payload = payload;

    public override IBufferWriter<byte> GetBufferWriter() => buffer ??= new ArrayBufferWriter<byte>();

    public override void Complete() => payload = buffer is null ? [] : buffer.WrittenSpan.ToArray();
}

/// <summary>Lets a buffer-based deserializer read an array.</summary>
internal sealed class ArrayDeserializationContext(byte[] payload) : DeserializationContext
{
    public override int PayloadLength => payload.Length;

    public override byte[] PayloadAsNewBuffer() => payload.AsSpan().ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(payload);
}
