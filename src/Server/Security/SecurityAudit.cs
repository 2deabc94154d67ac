using System.Diagnostics;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Security;

/// <summary>
/// Tells who was refused, whose attempts to change something failed, and what was done to the credentials themselves, in a category
/// of the log of its own. What can be asked for as often as somebody likes is bounded, for each source and in all. No line has
/// anything of a request but its method's name: neither a token nor a key nor what follows a question mark.
/// </summary>
internal sealed partial class SecurityAudit(ILoggerFactory loggers, ErrorLogLimit limit)
{
    /// <summary>The category.</summary>
    public const string Category = "ServiceOrdering.Audit";

    private const int MostPerMinute = 300;
    private const int LongestName = 200;
    private const string Nobody = "nobody";

    private readonly ILogger _logger = loggers.CreateLogger(Category);

    /// <summary>A request was not let through: its credentials are missing or no good, a scope is missing, or it is one too many.</summary>
    public void Refused(HttpContext http, RpcException refusal) => Tell(http, refusal, LogRefused);

    /// <summary>An attempt to change something came to nothing.</summary>
    public void Failed(HttpContext http, RpcException failure) => Tell(http, failure, LogFailed);

    /// <summary>An API key was made.</summary>
    /// <param name="caller">By whom.</param>
    /// <param name="id">The key's id, which is no secret.</param>
    /// <param name="name">The name that its bearer goes by.</param>
    /// <param name="roles">What it may do.</param>
    public void KeyCreated(Caller caller, string id, string name, IEnumerable<string> roles) =>
        LogKeyCreated(NameOf(caller.Identity), id, Plain(name), Plain(string.Join(' ', roles)), Trace);

    /// <summary>An API key was revoked.</summary>
    /// <param name="caller">By whom.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="name">The name that its bearer went by.</param>
    public void KeyRevoked(Caller caller, string id, string name) => LogKeyRevoked(NameOf(caller.Identity), id, Plain(name), Trace);

    private static string Trace => Activity.Current?.TraceId.ToString() ?? "";

    private void Tell(HttpContext http, RpcException refusal, Action<string, string, string, string, string, int> log)
    {
        if (!_logger.IsEnabled(LogLevel.Information))
            return;
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "";
        var identity = http.Features.Get<Identity>();
        var reason = refusal.GetRpcStatus()?.GetDetail<Google.Rpc.ErrorInfo>()?.Reason ?? refusal.StatusCode.ToString();
        var source = identity is { Name.Length: > 0 } ? identity.Name : address;
        if (limit.Admit($"audit {reason} {source}") is { } leftOut && limit.Admit("audit", MostPerMinute) is not null)
            log(NameOf(identity), address, MethodOf(http), reason, Trace, leftOut);
    }

    private static string NameOf(Identity? identity) => identity is { Name.Length: > 0 } ? Plain(identity.Name) : Nobody;

    /// <summary>The method or route, as the contract has it and not as the caller has written it.</summary>
    private static string MethodOf(HttpContext http) => http.GetEndpoint() switch
    {
        { } endpoint when endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is { } method => method.Method.FullName,
        RouteEndpoint { RoutePattern.RawText: { } route } => route,
        _ => "",
    };

    // A name comes from whoever issues credentials: it is one line all the same.
    private static string Plain(string text) =>
        string.Concat(text.Take(LongestName).Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));

    [LoggerMessage(1, LogLevel.Warning, "Refused {Actor} from {Address}: {Method}, {Reason}, trace {TraceId}; {LeftOut} like it were left out of the log")]
    private partial void LogRefused(string actor, string address, string method, string reason, string traceId, int leftOut);

    [LoggerMessage(2, LogLevel.Information, "Not done for {Actor} from {Address}: {Method}, {Reason}, trace {TraceId}; {LeftOut} like it were left out of the log")]
    private partial void LogFailed(string actor, string address, string method, string reason, string traceId, int leftOut);

    [LoggerMessage(3, LogLevel.Information, "{Actor} made the API key {KeyId} for {Name}: {Roles}, trace {TraceId}")]
    private partial void LogKeyCreated(string actor, string keyId, string name, string roles, string traceId);

    [LoggerMessage(4, LogLevel.Information, "{Actor} revoked the API key {KeyId} of {Name}, trace {TraceId}")]
    private partial void LogKeyRevoked(string actor, string keyId, string name, string traceId);
}
