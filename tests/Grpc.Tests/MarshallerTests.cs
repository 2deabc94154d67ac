using System.Buffers;
using System.Text;
using Grpc.Core;

namespace Grpc.Tests;

public class MarshallerTests
{
    [Fact]
    public void Strings_are_utf_8()
    {
        var marshaller = Marshallers.StringMarshaller;

        Assert.Equal(Encoding.UTF8.GetBytes("größer"), marshaller.Serializer("größer"));
        Assert.Equal("größer", marshaller.Deserializer(Encoding.UTF8.GetBytes("größer")));
    }

    [Fact]
    public void Array_marshaller_works_on_a_transports_buffers()
    {
        var marshaller = Marshallers.Create<string>(Encoding.ASCII.GetBytes, bytes => Encoding.ASCII.GetString(bytes));
        var transport = new Transport();

        marshaller.ContextualSerializer("text", transport);

        Assert.Equal(Encoding.ASCII.GetBytes("text"), transport.Payload);
        Assert.Equal("text", marshaller.ContextualDeserializer(new Received(Encoding.ASCII.GetBytes("text"))));
    }

    [Fact]
    public void Buffer_marshaller_works_on_arrays()
    {
        var marshaller = Marshallers.Create<string>(
            (text, context) =>
            {
                context.SetPayloadLength(text.Length);
                context.GetBufferWriter().Write(Encoding.ASCII.GetBytes(text));
                context.Complete();
            },
            context => Encoding.ASCII.GetString(context.PayloadAsReadOnlySequence()));

        Assert.Equal(Encoding.ASCII.GetBytes("text"), marshaller.Serializer("text"));
        Assert.Equal("text", marshaller.Deserializer(Encoding.ASCII.GetBytes("text")));
    }

    [Fact]
    public void Serializer_that_never_completes_is_an_error()
    {
        var marshaller = Marshallers.Create<string>((_, _) => { }, _ => "");

        Assert.Throws<InvalidOperationException>(() => marshaller.Serializer("text"));
    }

    [Fact]
    public void Missing_functions_are_refused()
    {
        Assert.Throws<ArgumentNullException>(() => Marshallers.Create<string>((Func<string, byte[]>)null!, _ => ""));
        Assert.Throws<ArgumentNullException>(() => Marshallers.Create<string>(_ => [], (Func<byte[], string>)null!));
    }

    private sealed class Transport : SerializationContext
    {
        public byte[]? Payload { get; private set; }

        public override void Complete(byte[] payload) => Payload = payload;
    }

    private sealed class Received(byte[] payload) : DeserializationContext
    {
        public override int PayloadLength => payload.Length;

        public override byte[] PayloadAsNewBuffer() => payload;
    }
}
