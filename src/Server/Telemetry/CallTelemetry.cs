using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ServiceOrdering.Server.Telemetry;

/// <summary>
/// Measures calls and says in their spans what they were, in the names of the conventions for RPC: the platform knows only requests of
/// HTTP, whose status is 200 for every call of gRPC. What is refused before its method is called is in the measures of HTTP alone.
/// </summary>
internal sealed class CallTelemetry : Interceptor
{
    private static readonly string[] Statuses =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    // Without the slash that gRPC has before them. Only methods that there are come here.
    private readonly ConcurrentDictionary<string, string> _methods = new();

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        IsWanted ? MeasureAsync(request, context, continuation) : continuation(request, context);

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        IsWanted ? MeasureAsync(context, () => continuation(request, responseStream, context)) : continuation(request, responseStream, context);

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        IsWanted ? MeasureAsync(context, () => continuation(requestStream, responseStream, context)) : continuation(requestStream, responseStream, context);

    private static bool IsWanted => Metrics.CallDuration.Enabled || Activity.Current is { IsAllDataRequested: true, Recorded: true };

    private async Task<TResponse> MeasureAsync<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        where TRequest : class
        where TResponse : class
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var response = await continuation(request, context);
            Record(context, context.Status.StatusCode, started);
            return response;
        }
        catch (Exception e)
        {
            Record(context, StatusOf(e, context), started);
            throw;
        }
    }

    private async Task MeasureAsync(ServerCallContext context, Func<Task> call)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await call();
            Record(context, context.Status.StatusCode, started);
        }
        catch (Exception e)
        {
            Record(context, StatusOf(e, context), started);
            throw;
        }
    }

    private static StatusCode StatusOf(Exception e, ServerCallContext context) => e switch
    {
        RpcException told => told.StatusCode,
        OperationCanceledException when context.Deadline <= DateTime.UtcNow => StatusCode.DeadlineExceeded,
        OperationCanceledException => StatusCode.Cancelled,
        _ => StatusCode.Unknown,
    };

    private void Record(ServerCallContext context, StatusCode code, long started)
    {
        var method = _methods.GetOrAdd(context.Method, static method => method.TrimStart('/'));
        var status = (int)code < Statuses.Length && code >= 0 ? Statuses[(int)code] : "UNKNOWN";
        // As the conventions tell the server's faults from the caller's.
        var isFault = code is StatusCode.Unknown or StatusCode.DeadlineExceeded or StatusCode.Unimplemented or StatusCode.Internal or StatusCode.Unavailable or StatusCode.DataLoss;
        var tags = new TagList { { "rpc.system.name", "grpc" }, { "rpc.method", method }, { "rpc.response.status_code", status } };
        if (isFault)
            tags.Add("error.type", status);
        Metrics.CallDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, tags);
        if (Activity.Current is not { IsAllDataRequested: true } span)
            return;
        foreach (var (name, value) in tags)
            span.SetTag(name, value);
        if (isFault)
            span.SetStatus(ActivityStatusCode.Error);
    }
}
