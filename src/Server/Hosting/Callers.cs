using System.Diagnostics;
using Grpc.Core;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Hosting;

/// <summary>Who calls.</summary>
internal static class Callers
{
    private const string CorrelationHeader = "X-Correlation-ID";
    private const int LongestCorrelationId = 128;

    /// <summary>
    /// The caller of a method. Its correlation id is what it sent as <c>X-Correlation-ID</c>, a header or metadata; else the id
    /// of the call's W3C trace. A header that is too long, or not plain ASCII, counts as none.
    /// </summary>
    public static Caller Caller(this ServerCallContext context)
    {
        var sent = context.GetHttpContext().Request.Headers[CorrelationHeader];
        var correlationId = sent is [{ Length: > 0 and <= LongestCorrelationId } id] && id.All(c => c is >= ' ' and <= '~')
            ? id
            : Activity.Current?.TraceId.ToString() ?? "";
        return new Caller("", correlationId);
    }
}
