using System.Diagnostics;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ServiceOrdering.Server.Errors;

/// <summary>Turns what nobody foresaw into one fixed answer; the cause goes to the log and never to the caller.</summary>
internal sealed partial class ErrorInterceptor(ErrorLogLimit limit, ILogger<ErrorInterceptor> logger) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            var response = continuation(request, context);
            return response.IsCompletedSuccessfully ? response : Guard(response, context);
        }
        catch (Exception e) when (IsUnforeseen(e, context))
        {
            throw Answer(e, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception e) when (IsUnforeseen(e, context))
        {
            throw Answer(e, context);
        }
    }

    private async Task<TResponse> Guard<TResponse>(Task<TResponse> response, ServerCallContext context)
    {
        try
        {
            return await response;
        }
        catch (Exception e) when (IsUnforeseen(e, context))
        {
            throw Answer(e, context);
        }
    }

    private static bool IsUnforeseen(Exception e, ServerCallContext context) =>
        e is not RpcException && !(e is OperationCanceledException && context.CancellationToken.IsCancellationRequested);

    private RpcException Answer(Exception e, ServerCallContext context)
    {
        var traceId = Activity.Current?.TraceId.ToString() ?? Guid.NewGuid().ToString("N");
        if (limit.Admit($"{context.Method} {e.GetType()}") is { } leftOut)
            LogUnforeseen(e, context.Method, traceId, RequestIdHeader.Read(context.RequestHeaders.GetValue(RequestIdHeader.Key)) ?? traceId, leftOut);
        return ApiErrors.Internal(traceId);
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} failed, trace {TraceId}, request {RequestId}; {LeftOut} like it were left out of the log")]
    private partial void LogUnforeseen(Exception cause, string method, string traceId, string requestId, int leftOut);
}
