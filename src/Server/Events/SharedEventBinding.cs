using Google.Protobuf;
using Grpc.Core;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Transcoding.Streams;

namespace ServiceOrdering.Server.Events;

/// <summary>Binds the service as its generated code does, with one difference: a response that many watchers get is encoded once.</summary>
public static class SharedEventBinding
{
    private static readonly object Protobuf = new();

    /// <summary>What gRPC and transcoding look for beside the method that binds.</summary>
    public static Google.Protobuf.Reflection.ServiceDescriptor Descriptor => EventService.Descriptor;

    /// <summary>Gives the binder the service's methods.</summary>
    public static void BindService(ServiceBinderBase binder, EventService.EventServiceBase? service) =>
        EventService.BindService(new Binder(binder), service);

    private static void Serialize(WatchEventsResponse response, SerializationContext context)
    {
        if (SharedMessages.Find(response, Protobuf, static message => message.ToByteArray()) is { } bytes)
        {
            context.Complete(bytes);
            return;
        }
        context.SetPayloadLength(response.CalculateSize());
        response.WriteTo(context.GetBufferWriter());
        context.Complete();
    }

    private sealed class Binder(ServiceBinderBase binder) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
        {
            var marshaller = method.ResponseMarshaller is Marshaller<WatchEventsResponse> generated
                ? (Marshaller<TResponse>)(object)new Marshaller<WatchEventsResponse>(Serialize, generated.ContextualDeserializer)
                : method.ResponseMarshaller;
            binder.AddMethod(new Method<TRequest, TResponse>(method.Type, method.ServiceName, method.Name, method.RequestMarshaller, marshaller), handler);
        }
    }
}
