using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ServiceOrdering.Server.Errors;

/// <summary>What holds for every text of every request, before any method sees it.</summary>
internal sealed class RequestTextInterceptor : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Check(request);
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(request);
        return continuation(request, responseStream, context);
    }

    private static void Check(object request)
    {
        if (request is IMessage message && RequestFields.CheckTexts(message) is { Count: > 0 } violations)
            throw ApiErrors.RequestInvalid(violations);
    }
}
