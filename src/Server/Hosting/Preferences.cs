using Grpc.Core;
using Microsoft.Extensions.Options;
using ServiceOrdering.Query;
using ServiceOrdering.Transcoding;

namespace ServiceOrdering.Server.Hosting;

/// <summary>What a caller prefers where there is a choice.</summary>
internal static class Preferences
{
    /// <summary>Whether the caller wants what is not understood to be refused: <c>Prefer: handling=strict</c>, a header or metadata.</summary>
    public static bool IsStrict(this ServerCallContext context) =>
        StrictHandling.IsPreferred(context.GetHttpContext().Request.Headers[StrictHandling.Header]);

    /// <summary>What becomes of a query of this call that names an unknown attribute: what the caller prefers, else what is configured.</summary>
    public static UnknownAttributes UnknownAttributes(this ServerCallContext context) =>
        context.IsStrict() || context.GetHttpContext().RequestServices.GetRequiredService<IOptions<QueryOptions>>().Value.RefusesUnknownAttributes
            ? Query.UnknownAttributes.Refuse
            : Query.UnknownAttributes.MatchNothing;
}
