using System.Diagnostics;
using Grpc.Core;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Hosting;

/// <summary>Who calls.</summary>
internal static class Callers
{
    private const string CorrelationHeader = "X-Correlation-ID";
    private const int LongestCorrelationId = 128;

    /// <summary>The header, or metadata, with which a write says how far the log is behind it, and a read how far it must be.</summary>
    public const string ConsistencyHeader = "consistency-token";

    /// <summary>
    /// The caller of a method. Its correlation id is what it sent as <c>X-Correlation-ID</c>, a header or metadata; else the id
    /// of the call's W3C trace. A header that is too long, or not plain ASCII, counts as none. Its trace is that of the request.
    /// </summary>
    public static Caller Caller(this ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var activity = Activity.Current;
        var sent = http.Request.Headers[CorrelationHeader];
        var correlationId = sent is [{ Length: > 0 and <= LongestCorrelationId } id] && id.All(c => c is >= ' ' and <= '~')
            ? id
            : activity?.TraceId.ToString() ?? "";
        var caller = new Caller(http.Identity(), correlationId, activity is { IdFormat: ActivityIdFormat.W3C } ? activity.Id : null);
        http.Features.Set(caller);
        return caller;
    }

    /// <summary>Who makes a request; every request that reaches an endpoint has passed authentication.</summary>
    public static Identity Identity(this HttpContext http) =>
        http.Features.Get<Identity>() ?? throw new InvalidOperationException("The request has not passed authentication.");

    /// <summary>Who makes a call.</summary>
    public static Identity Identity(this ServerCallContext context) => context.GetHttpContext().Identity();

    /// <summary>What the call's writes have come to in the log; 0 where it made none.</summary>
    public static long Written(this ServerCallContext context) => context.GetHttpContext().Features.Get<Caller>()?.Written ?? 0;

    /// <summary>The token of the state that the call wants to see at least; empty for any.</summary>
    public static string ConsistencyToken(this ServerCallContext context) => context.GetHttpContext().Request.Headers[ConsistencyHeader].ToString();
}
