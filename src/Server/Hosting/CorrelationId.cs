using System.Diagnostics;
using Grpc.Core;

namespace ServiceOrdering.Server.Hosting;

/// <summary>
/// What joins the events of a change with the call that made it: the caller's <c>X-Correlation-ID</c>, as a header or as
/// metadata; else the id of the call's W3C trace.
/// </summary>
internal static class CorrelationId
{
    private const string Header = "X-Correlation-ID";
    private const int Longest = 128;

    /// <summary>Empty where there is neither. A header that is too long, or not plain ASCII, counts as none.</summary>
    public static string Of(ServerCallContext context)
    {
        var sent = context.GetHttpContext().Request.Headers[Header];
        return sent is [{ Length: > 0 and <= Longest } id] && id.All(c => c is >= ' ' and <= '~')
            ? id
            : Activity.Current?.TraceId.ToString() ?? "";
    }
}
