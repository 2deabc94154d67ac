using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using ServiceOrdering.Transcoding.Http;

namespace ServiceOrdering.Transcoding.Methods;

/// <summary>What a service sees of a call that came as plain HTTP.</summary>
internal sealed class TranscodedCallContext : ServerCallContext, IServerCallContextFeature, IDisposable
{
    private readonly HttpContext _http;
    private readonly string _method;
    private readonly CancellationToken _cancellationToken;
    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;
    private Dictionary<object, object>? _userState;
    private AuthContext? _authContext;

    private RecycledBuffer? _text;

    public TranscodedCallContext(HttpContext http, string method)
        : this(http, method, http.RequestAborted)
    {
    }

    /// <param name="http">The request that the call is made for.</param>
    /// <param name="method">The method's full name.</param>
    /// <param name="cancellationToken">What ends the call, the end of the request among it.</param>
    public TranscodedCallContext(HttpContext http, string method, CancellationToken cancellationToken)
    {
        _http = http;
        _method = method;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Takes the body as text.</summary>
    public IBufferWriter<byte> Text => _text ??= new RecycledBuffer();

    /// <summary>The body that was written as text, or null where that is left to the message.</summary>
    public RecycledBuffer? WrittenText => _text is { Length: > 0 } ? _text : null;

    /// <summary>The list that is the body, where its elements are texts.</summary>
    public ElementTexts? Elements { get; set; }

    public ServerCallContext ServerCallContext => this;

    /// <summary>Trailers that the service has set, or null where it never asked for them.</summary>
    public Metadata? Trailers => _responseTrailers;

    protected override string MethodCore => _method;

    protected override string HostCore => _http.Request.Host.Value ?? "";

    protected override string PeerCore => _http.Connection.RemoteIpAddress switch
    {
        null => "unknown",
        { AddressFamily: AddressFamily.InterNetwork } ip => $"ipv4:{ip}:{_http.Connection.RemotePort}",
        { IsIPv4MappedToIPv6: true } ip => $"ipv4:{ip.MapToIPv4()}:{_http.Connection.RemotePort}",
        IPAddress ip => $"ipv6:[{ip}]:{_http.Connection.RemotePort}",
    };

    protected override DateTime DeadlineCore => DateTime.MaxValue;

    protected override Metadata RequestHeadersCore => _requestHeaders ??= CallMetadata.FromHeaders(_http.Request.Headers);

    protected override CancellationToken CancellationTokenCore => _cancellationToken;

    protected override Metadata ResponseTrailersCore => _responseTrailers ??= [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => _authContext ??= new AuthContext(null, []);

    // Grpc.AspNetCore finds the HttpContext under this key: GetHttpContext().
    protected override IDictionary<object, object> UserStateCore =>
        _userState ??= new Dictionary<object, object> { ["__HttpContext"] = _http };

    public void Dispose() => _text?.Dispose();

    /// <summary>Headers of the HTTP response. They go out with its body.</summary>
    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        CallMetadata.ToHeaders(responseHeaders, _http.Response.Headers);
        return Task.CompletedTask;
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("A call over plain HTTP has no context to propagate.");
}
