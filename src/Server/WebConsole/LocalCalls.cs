using Grpc.Core;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Security;
using ServiceOrdering.Transcoding.Methods;

namespace ServiceOrdering.Server.WebConsole;

/// <summary>
/// Calls methods of the contract in this process, as whoever has asked for a page: clients that were generated of the contract
/// work on it as on a channel. What the caller may not call is refused as it is over the wire.
/// </summary>
internal sealed class LocalCalls(HttpContext http) : CallInvoker
{
    private LocalMethods Methods => field ??= http.RequestServices.GetRequiredService<LocalMethods>();

    private EndpointAccess Access => field ??= http.RequestServices.GetRequiredService<EndpointAccess>();

    /// <summary>Why the caller may not call a method; null where it may.</summary>
    /// <param name="method">The full name.</param>
    public RpcException? Refusal(string method) => EndpointAccess.Refusal(Access.Of(method), http.Identity());

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        new(InvokeAsync(method, request), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

    /// <summary>Calls a method that streams, until it ends or is cancelled by the token.</summary>
    public async Task StreamAsync<TRequest, TResponse>(string method, TRequest request, IServerStreamWriter<TResponse> responses, CancellationToken cancellationToken)
        where TRequest : class
        where TResponse : class
    {
        Demand(method);
        using var call = new TranscodedCallContext(http, method, cancellationToken);
        await Methods.Streaming<TRequest, TResponse>(method)(request, responses, call);
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Unsupported();

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Unsupported();

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Unsupported();

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Unsupported();

    private async Task<TResponse> InvokeAsync<TRequest, TResponse>(Method<TRequest, TResponse> method, TRequest request)
        where TRequest : class
        where TResponse : class
    {
        Demand(method.FullName);
        using var call = new TranscodedCallContext(http, method.FullName, http.RequestAborted);
        return await Methods.Unary<TRequest, TResponse>(method)(request, call);
    }

    private void Demand(string method)
    {
        if (Refusal(method) is { } refusal)
            throw refusal;
    }

    private static NotSupportedException Unsupported() => new("Pages wait for calls, and streams have a writer.");
}
