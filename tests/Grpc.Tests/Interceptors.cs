using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Grpc.Tests;

/// <summary>Writes its name down for every call, on whichever side it stands.</summary>
internal sealed class LoggingInterceptor(string name, List<string> log) : CallInterceptor
{
    protected override void OnClientCall(string? host, CallOptions options) => log.Add(name);

    protected override void OnServerCall(ServerCallContext context) => log.Add(name);
}

/// <summary>Remembers what the last call of a client asked for.</summary>
internal sealed class HeaderRecorder : CallInterceptor
{
    public string? Host { get; private set; }

    public CallOptions Options { get; private set; }

    protected override void OnClientCall(string? host, CallOptions options) => (Host, Options) = (host, options);
}

/// <summary>Sees every kind of call in one place.</summary>
internal abstract class CallInterceptor : Interceptor
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        BlockingUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        OnClientCall(context.Host, context.Options);
        return base.BlockingUnaryCall(request, context, continuation);
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        OnClientCall(context.Host, context.Options);
        return base.AsyncUnaryCall(request, context, continuation);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        OnClientCall(context.Host, context.Options);
        return base.AsyncServerStreamingCall(request, context, continuation);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        OnClientCall(context.Host, context.Options);
        return base.AsyncClientStreamingCall(context, continuation);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        OnClientCall(context.Host, context.Options);
        return base.AsyncDuplexStreamingCall(context, continuation);
    }

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        OnServerCall(context);
        return base.UnaryServerHandler(request, context, continuation);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        OnServerCall(context);
        return base.ClientStreamingServerHandler(requestStream, context, continuation);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        OnServerCall(context);
        return base.ServerStreamingServerHandler(request, responseStream, context, continuation);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        OnServerCall(context);
        return base.DuplexStreamingServerHandler(requestStream, responseStream, context, continuation);
    }

    protected virtual void OnClientCall(string? host, CallOptions options)
    {
    }

    protected virtual void OnServerCall(ServerCallContext context)
    {
    }
}
