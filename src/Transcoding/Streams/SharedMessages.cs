using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using ServiceOrdering.Transcoding.Http;

namespace ServiceOrdering.Transcoding.Streams;

/// <summary>
/// Messages that go out on many streams. What is added here is encoded once for each form that it is asked for in, and the
/// bytes live as long as the message.
/// </summary>
public static class SharedMessages
{
    private static readonly ConditionalWeakTable<IMessage, ConcurrentDictionary<object, byte[]>> Encodings = [];

    /// <summary>Adds a message. From here on it must not be changed.</summary>
    public static void Add(IMessage message) => Encodings.TryAdd(message, new ConcurrentDictionary<object, byte[]>());

    /// <summary>Gives the bytes of a shared message in a form; null where the message is not shared.</summary>
    /// <param name="message">The message.</param>
    /// <param name="form">Identifies the form, by reference.</param>
    /// <param name="encode">Makes the bytes, the first time.</param>
    public static byte[]? Find(IMessage message, object form, Func<IMessage, byte[]> encode) =>
        Encodings.TryGetValue(message, out var forms) ? forms.GetOrAdd(form, static (_, arguments) => arguments.encode(arguments.message), (message, encode)) : null;

    internal static void Write(IMessage message, StreamForm form, IBufferWriter<byte> output)
    {
        if (Find(message, form, Encode) is { } bytes)
        {
            output.Write(bytes);
        }
        else
        {
            form.Write(message, output);
        }

        byte[] Encode(IMessage shared)
        {
            using var buffer = new RecycledBuffer();
            form.Write(shared, buffer);
            return buffer.Written.ToArray();
        }
    }
}
