using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ServiceOrdering.Client;

/// <summary>
/// Turns every failure of a call into a <see cref="ServiceOrderingException"/>, whichever part of the call shows it.
/// </summary>
internal sealed class ErrorInterceptor : Interceptor
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        BlockingUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        try
        {
            return continuation(request, context);
        }
        catch (RpcException exception)
        {
            throw Decode(exception, context.Options.CancellationToken);
        }
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(request, context);
        var token = context.Options.CancellationToken;
        return new(
            Decoded(call.ResponseAsync, token),
            Decoded(call.ResponseHeadersAsync, token),
            call.GetStatus,
            call.GetTrailers,
            call.Dispose);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(request, context);
        var token = context.Options.CancellationToken;
        return new(
            new Reader<TResponse>(call.ResponseStream, token),
            Decoded(call.ResponseHeadersAsync, token),
            call.GetStatus,
            call.GetTrailers,
            call.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(context);
        var token = context.Options.CancellationToken;
        return new(
            new Writer<TRequest>(call.RequestStream, token),
            Decoded(call.ResponseAsync, token),
            Decoded(call.ResponseHeadersAsync, token),
            call.GetStatus,
            call.GetTrailers,
            call.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(context);
        var token = context.Options.CancellationToken;
        return new(
            new Writer<TRequest>(call.RequestStream, token),
            new Reader<TResponse>(call.ResponseStream, token),
            Decoded(call.ResponseHeadersAsync, token),
            call.GetStatus,
            call.GetTrailers,
            call.Dispose);
    }

    /// <summary>A call that its own caller cancelled is no refusal: .NET code expects the exception of cancellation.</summary>
    private static Exception Decode(RpcException exception, CancellationToken token, CancellationToken other = default)
    {
        var cancelled = other.IsCancellationRequested ? other : token;
        return exception.StatusCode == StatusCode.Cancelled && cancelled.IsCancellationRequested
            ? new OperationCanceledException(exception.Message, exception, cancelled)
            : new ServiceOrderingException(exception);
    }

    private static Task<T> Decoded<T>(Task<T> task, CancellationToken token)
    {
        var decoded = AwaitDecoded(task, token);

        // Few callers await the headers, and some dispose of a call without its answer: that is no unobserved exception.
        _ = decoded.ContinueWith(
            static failed => failed.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return decoded;
    }

    private static async Task<T> AwaitDecoded<T>(Task<T> task, CancellationToken token, CancellationToken other = default)
    {
        try
        {
            return await task;
        }
        catch (RpcException exception)
        {
            throw Decode(exception, token, other);
        }
    }

    private static async Task AwaitDecoded(Task task, CancellationToken token, CancellationToken other = default)
    {
        try
        {
            await task;
        }
        catch (RpcException exception)
        {
            throw Decode(exception, token, other);
        }
    }

    private sealed class Reader<T>(IAsyncStreamReader<T> inner, CancellationToken callToken) : IAsyncStreamReader<T>
    {
        public T Current => inner.Current;

        public Task<bool> MoveNext(CancellationToken cancellationToken) =>
            AwaitDecoded(inner.MoveNext(cancellationToken), callToken, cancellationToken);
    }

    private sealed class Writer<T>(IClientStreamWriter<T> inner, CancellationToken callToken) : IClientStreamWriter<T>
    {
        public WriteOptions? WriteOptions
        {
            get => inner.WriteOptions;
            set => inner.WriteOptions = value;
        }

        public Task WriteAsync(T message) => AwaitDecoded(inner.WriteAsync(message), callToken);

        public Task WriteAsync(T message, CancellationToken cancellationToken) =>
            AwaitDecoded(inner.WriteAsync(message, cancellationToken), callToken, cancellationToken);

        public Task CompleteAsync() => AwaitDecoded(inner.CompleteAsync(), callToken);
    }
}
