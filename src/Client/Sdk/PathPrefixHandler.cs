namespace ServiceOrdering.Client;

/// <summary>Puts the path of the server's address before that of each call: gRPC itself knows hosts and ports alone.</summary>
internal sealed class PathPrefixHandler(string prefix, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.RequestUri = new UriBuilder(request.RequestUri!) { Path = prefix + request.RequestUri!.AbsolutePath }.Uri;
        return base.SendAsync(request, cancellationToken);
    }
}
