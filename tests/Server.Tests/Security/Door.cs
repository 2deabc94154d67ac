using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Security;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>One way into a server: a method of gRPC, or a route with one of its methods.</summary>
/// <param name="Method">The method of HTTP; null for gRPC.</param>
/// <param name="Path">The path.</param>
/// <param name="Scope">The scope that the contract says; null where it says nothing of the path.</param>
internal sealed record Door(string? Method, string Path, string? Scope)
{
    // A method that waits for what happens is left alone after this; over HTTP after a while that no refusal takes.
    private const string GrpcTimeout = "1S";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>All that a server has mapped and does not leave open, and what nobody has mapped.</summary>
    public static IReadOnlyList<Door> Of(RunningServer server)
    {
        var doors = new List<Door> { new("GET", "/", null), new("GET", "/nothing", null), new("DELETE", "/tmf-api/nothing/v1/x", null), new(null, "/nothing.Service/Method", null) };
        foreach (var endpoint in server.Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null))
        {
            var pattern = endpoint.RoutePattern.RawText!;
            if (pattern.StartsWith("{unimplemented", StringComparison.Ordinal) || pattern.Contains("/{unimplemented", StringComparison.Ordinal))
                continue;
            var method = endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method;
            var scope = ScopeOf(endpoint, method?.FullName);
            if (method is not null && pattern == method.FullName)
            {
                doors.Add(new Door(null, pattern, scope));
                continue;
            }
            var path = Regex.Replace('/' + pattern.TrimStart('/'), @"\{[^}]*\}", "x");
            var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"];
            doors.AddRange(methods.Select(each => new Door(each, path, scope)));
        }
        return [.. doors.Distinct()];
    }

    /// <summary>The same paths with methods that they do not have.</summary>
    public static IEnumerable<Door> Others(IReadOnlyList<Door> doors) => doors
        .Where(door => door.Method is not null)
        .Select(door => door.Path)
        .Distinct()
        .SelectMany(path => new[] { "OPTIONS", "HEAD", "TRACE", "PUT" }.Select(method => new Door(method, path, null)))
        .Except(doors.Select(door => door with { Scope = null }));

    /// <summary>What a caller with such headers gets: the status of HTTP or of gRPC, and all of the answer's headers and its body.</summary>
    public async Task<(int Status, string Told)> TryAsync(HttpClient http, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(Method is null ? HttpMethod.Post : new HttpMethod(Method), Path);
        if (Method is null)
        {
            (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
            request.Content = new ByteArrayContent(new byte[5]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } };
            request.Headers.Add("TE", "trailers");
            request.Headers.Add("grpc-timeout", GrpcTimeout);
        }
        else if (Method is "POST" or "PATCH" or "PUT")
        {
            request.Content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value), name);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(Patience);
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        }
        catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
        {
            return (0, "waits for what happens");
        }
        using var end = response;
        // Of what was let in nothing more is wanted: it may be a stream.
        if (Method is not null)
            return ((int)response.StatusCode, $"{response.Headers} {(response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync(Cancel))}");
        // A refusal is a status and nothing else, in the headers. What has begun to answer has let its caller in.
        var status = response.Headers.TryGetValues("grpc-status", out var values) ? int.Parse(values.Single()) : 0;
        return (status, $"{response.Headers}");
    }

    /// <summary>Whether the status says that the credentials are not good enough to tell who calls.</summary>
    public bool IsUnauthenticated(int status) => status == (Method is null ? 16 : 401);

    /// <summary>Whether the status says that the caller may not do this.</summary>
    public bool IsForbidden(int status) => status == (Method is null ? 7 : 403);

    public override string ToString() => $"{Method ?? "gRPC"} {Path}";

    // Not as the server reads it: by the name in the contract.
    private static string? ScopeOf(RouteEndpoint endpoint, string? method) => (method ?? endpoint.Metadata.GetMetadata<AccessAs>()?.Method) is { } named && Contract.Scopes.TryGetValue(named, out var scope)
        ? scope
        : endpoint.Metadata.GetMetadata<Access>()?.Scope;
}
