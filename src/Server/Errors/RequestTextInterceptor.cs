using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using ServiceOrdering.Json;

namespace ServiceOrdering.Server.Errors;

/// <summary>What holds for every text of every request, and for the id of what it is about, before any method sees it.</summary>
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
        if (request is not IMessage message)
            return;
        if (RequestFields.CheckTexts(message) is { Count: > 0 } violations)
            throw ApiErrors.RequestInvalid(violations);
        // What has no id is not looked for.
        if (RequiredFields.LacksId(message))
            throw ApiErrors.RequestInvalid(RequestFields.Check(message));
    }
}
