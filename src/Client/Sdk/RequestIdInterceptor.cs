using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ServiceOrdering.Client;

/// <summary>
/// Gives a creation a name of its own where the caller gave none. All attempts at the call have the same, so that one whose answer
/// was lost is answered again and not done twice.
/// </summary>
internal sealed class RequestIdInterceptor : Interceptor
{
    private static readonly Dictionary<MessageDescriptor, FieldDescriptor> Names = Retries.Methods
        .Where(Retries.IsNamedCreation)
        .ToDictionary(method => method.InputType, method => method.InputType.FindFieldByName(Retries.RequestId));

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        BlockingUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(Named(request), context);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(Named(request), context);

    // The caller's own message stays as it is: sent once more, it asks for one more.
    private static TRequest Named<TRequest>(TRequest request)
        where TRequest : class
    {
        if (request is not IMessage message || !Names.TryGetValue(message.Descriptor, out var name) || name.Accessor.GetValue(message) is not "")
        {
            return request;
        }

        var named = ((IDeepCloneable<TRequest>)request).Clone();
        name.Accessor.SetValue((IMessage)named, Guid.NewGuid().ToString());
        return named;
    }
}
