using Grpc.Core;
using ServiceOrdering.Transcoding;

namespace ServiceOrdering.Server.Hosting;

/// <summary>Ends a request before it reaches a method.</summary>
internal static class Refusal
{
    private const string DetailsTrailer = "grpc-status-details-bin";

    /// <summary>The same refusal that a method would throw: over gRPC an answer without a body, over REST the body of the route's API.</summary>
    public static void Refuse(this HttpContext http, RpcException refusal)
    {
        if (http.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) != true)
        {
            TmfJsonExtensions.Refuse(http, refusal);
            return;
        }
        // An answer that is a status and nothing else has it in its headers.
        var headers = http.Response.Headers;
        http.Response.ContentType = "application/grpc";
        headers["grpc-status"] = $"{(int)refusal.StatusCode}";
        headers["grpc-message"] = Uri.EscapeDataString(refusal.Status.Detail);
        if (refusal.Trailers.Get(DetailsTrailer) is { ValueBytes: var details })
            headers[DetailsTrailer] = Convert.ToBase64String(details).TrimEnd('=');
    }
}
