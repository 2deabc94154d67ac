namespace ServiceOrdering.Server.Hosting;

/// <summary>
/// The prefix that the server is reached under behind a proxy, <c>PathBase</c> in the configuration: <c>/orders</c>. Default: none.
/// Every address that the server tells begins with it. Requests may have it or not: some proxies take it away.
/// </summary>
internal sealed class PathBase(IConfiguration configuration)
{
    /// <summary>With a slash before and none behind; empty for none.</summary>
    public PathString Value { get; } = configuration["PathBase"] ?? "";

    /// <summary>Takes the prefix off a request's path, and remembers it as the request's base in any case.</summary>
    public Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path.StartsWithSegments(Value, out var rest))
            http.Request.Path = rest;
        http.Request.PathBase = Value;
        return next(http);
    }
}
