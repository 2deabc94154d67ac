using System.Diagnostics;
using ServiceOrdering.Server.Errors;

namespace ServiceOrdering.Server.Hosting;

/// <summary>
/// The id that a request has in the answer and in the log, <c>X-Request-Id</c>: the one that it came with, or that of its trace, which is told
/// wherever something of it is told.
/// </summary>
internal sealed class RequestId(RequestDelegate next, ILogger<RequestId> logger)
{
    public Task InvokeAsync(HttpContext http)
    {
        var sent = http.Request.Headers[RequestIdHeader.Name] is [var one] ? RequestIdHeader.Read(one) : null;
        // Whoever answers with an error clears the headers before.
        http.Response.OnStarting(SetAsync, (http.Response, sent ?? Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier));
        return sent is null ? next(http) : InScopeAsync(http, sent);
    }

    private static Task SetAsync(object state)
    {
        var (response, id) = ((HttpResponse, string))state;
        response.Headers[RequestIdHeader.Name] = id;
        return Task.CompletedTask;
    }

    private async Task InScopeAsync(HttpContext http, string id)
    {
        using (logger.BeginScope(new KeyValuePair<string, object>[] { new("RequestId", id) }))
            await next(http);
    }
}
