using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Transcoding;
using ServiceOrdering.Transcoding.Errors;

namespace ServiceOrdering.Server.Hosting;

/// <summary>
/// Sends requests of ONAP's NBI whose header <c>Target</c> names another server on to that one, where the configuration lists it. They go
/// without that header and without credentials: whoever gets them handles them itself.
/// </summary>
internal sealed class TargetForwarding(RequestDelegate next, Targets targets, TargetClient client, IOptions<TmfJsonOptions> json)
{
    private const string Header = "Target";

    public Task InvokeAsync(HttpContext http)
    {
        var named = http.Request.Headers[Header];
        if (named.Count == 0 || !Targets.TrySplit(http.Request.Path, out var rest))
            return next(http);
        var target = named.ToString();
        if (targets.IsOwn(target, http.Request))
        {
            http.Request.Headers.Remove(Header);
            return next(http);
        }
        // It goes without credentials: what comes back is what anybody sees there.
        if (!http.Identity().Sight.SeesAll)
        {
            http.Refuse(ApiErrors.TargetNotAllowed("The request names another NBI by its Target, and for callers that do not see everything here none is sent on."));
            return Task.CompletedTask;
        }
        if (targets.FindAllowed(target) is not { } allowed || LeadsOut(rest) || TargetClient.HasPassedHere(http.Request))
        {
            http.Refuse(ApiErrors.TargetNotAllowed("The request names another NBI by its Target, and this server does not send requests on there."));
            return Task.CompletedTask;
        }
        return ForwardAsync(http, new Uri(allowed + rest.ToUriComponent() + http.Request.QueryString));
    }

    // Where an encoded slash has hidden it, it is still there.
    private static bool LeadsOut(PathString rest) => Uri.UnescapeDataString(rest.Value ?? "").Split('/', '\\').Contains("..");

    private async Task ForwardAsync(HttpContext http, Uri address)
    {
        if (http.Request.ContentLength > json.Value.MaxRequestBodySize)
        {
            http.Refuse(TranscodingFailure.RequestTooLarge, $"The body is larger than {json.Value.MaxRequestBodySize} bytes.");
            return;
        }
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = json.Value.MaxRequestBodySize;
        try
        {
            await client.ForwardAsync(http, address);
        }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested && !http.Response.HasStarted)
        {
            http.Response.Clear();
            if ((e as BadHttpRequestException ?? e.InnerException) is BadHttpRequestException body)
                Refuse(http, body);
            else
                http.Refuse(ApiErrors.ServerUnavailable("The NBI that the Target names could not be reached, or did not answer as it should.", passes: false));
        }
        catch (Exception)
        {
            // What has begun cannot be taken back: who asked sees that it is not all.
            http.Abort();
        }
    }

    private void Refuse(HttpContext http, BadHttpRequestException body)
    {
        if (body.StatusCode == StatusCodes.Status413PayloadTooLarge)
            http.Refuse(TranscodingFailure.RequestTooLarge, $"The body is larger than {json.Value.MaxRequestBodySize} bytes.");
        else if (body.StatusCode == StatusCodes.Status408RequestTimeout)
            http.Refuse(TranscodingFailure.RequestTimeout, "The body came too slowly.");
        else
            http.Refuse(TranscodingFailure.BodyMalformed, "The body could not be read: " + body.Message);
    }
}

/// <summary>Asks other servers. Follows no redirect, asks no proxy, keeps no cookie.</summary>
internal sealed class TargetClient(IOptions<TargetOptions> options, TimeProvider time) : IDisposable
{
    private const string Via = "1.1 service-ordering";
    private const long LargestAnswer = 64 * 1024 * 1024;
    private const int BufferSize = 16 * 1024;
    private const int MostConnections = 64;

    private static readonly string[] Asked = ["Accept", "Accept-Language"];
    private static readonly string[] Answered = ["Location", "Retry-After", "Allow", "Link", "Content-Language"];

    // Of these, proxies before this server would take orders.
    private static readonly string[] NotAnswered = ["X-Accel-", "X-Sendfile", "X-Lighttpd-", "X-Forwarded-"];

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        MaxConnectionsPerServer = MostConnections,
        ConnectTimeout = options.Value.TargetTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        MaxResponseHeadersLength = 16,
    });

    /// <summary>Whether a request was sent on by a server like this one before: then somebody has given it a target again.</summary>
    public static bool HasPassedHere(HttpRequest request) => request.Headers.Via.Any(via => via?.Contains(Via, StringComparison.OrdinalIgnoreCase) == true);

    /// <summary>Sends a request on, and its answer back.</summary>
    public async Task ForwardAsync(HttpContext http, Uri address)
    {
        using var timeout = new CancellationTokenSource(options.Value.TargetTimeout, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, http.RequestAborted);
        using var request = Request(http.Request, address);
        using var answer = await _http.SendAsync(request, ended.Token);
        if ((int)answer.StatusCode < 200 || answer.Content.Headers.ContentLength > LargestAnswer)
            throw new InvalidDataException("The answer is none that can be sent back.");

        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => IsSentBack(header.Key)))
            http.Response.Headers[name] = new StringValues([.. values]);
        // Also an error without a body is as it is.
        await http.Response.StartAsync(ended.Token);
        await using var body = await answer.Content.ReadAsStreamAsync(ended.Token);
        var buffer = new byte[BufferSize];
        var left = LargestAnswer;
        while (await body.ReadAsync(buffer, ended.Token) is > 0 and var read)
        {
            if ((left -= read) < 0)
                throw new InvalidDataException("The answer is too large.");
            await http.Response.Body.WriteAsync(buffer.AsMemory(0, read), ended.Token);
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(HttpRequest sent, Uri address)
    {
        var request = new HttpRequestMessage(new HttpMethod(sent.Method), address);
        if (sent.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            request.Content = new StreamContent(sent.Body, BufferSize);
            request.Content.Headers.ContentLength = sent.ContentLength;
            if (MediaTypeHeaderValue.TryParse(sent.ContentType, out var type))
                request.Content.Headers.ContentType = type;
        }
        foreach (var name in Asked)
            request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)sent.Headers[name]);
        request.Headers.TryAddWithoutValidation("Via", Via);
        request.Headers.TryAddWithoutValidation("User-Agent", "ServiceOrdering");
        return request;
    }

    private static bool IsSentBack(string name) =>
        name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)
        || Answered.Contains(name, StringComparer.OrdinalIgnoreCase)
        || (name.StartsWith("X-", StringComparison.OrdinalIgnoreCase) && !Array.Exists(NotAnswered, start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase)));
}

internal static class TargetExtensions
{
    /// <summary>Lets requests name another server of the NBI; see <see cref="TargetForwarding"/>.</summary>
    public static IServiceCollection AddTargets(this IServiceCollection services, IConfigurationSection section)
    {
        services.AddOptions<TargetOptions>().Bind(section);
        return services
            .AddSingleton<Targets>()
            .AddSingleton<TargetClient>();
    }
}
