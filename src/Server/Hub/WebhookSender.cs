using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace ServiceOrdering.Server.Hub;

/// <summary>One event on its way to one listener.</summary>
/// <param name="Callback">Where it is posted to.</param>
/// <param name="EventId">The event's id.</param>
/// <param name="ContentType">What the body is.</param>
/// <param name="Body">The body.</param>
/// <param name="Secrets">What it is signed with.</param>
/// <param name="Trace">The <c>traceparent</c> that it carries; null for none.</param>
internal sealed record WebhookMessage(Uri Callback, string EventId, string ContentType, ReadOnlyMemory<byte> Body, IReadOnlyList<string> Secrets, string? Trace = null);

/// <summary>What a listener answered: only its status, and the rest in our words.</summary>
/// <param name="StatusCode">HTTP status; null where there was no answer.</param>
/// <param name="Error">What was wrong; null where the listener took the event.</param>
/// <param name="RetryAfter">How long the listener wants to be left alone.</param>
internal sealed record WebhookAnswer(int? StatusCode, string? Error, TimeSpan? RetryAfter = null)
{
    public bool IsGone => StatusCode == (int)HttpStatusCode.Gone;
}

/// <summary>Posts events. Connects only to addresses that it has checked; follows no redirect, asks no proxy, keeps no cookie.</summary>
internal sealed class WebhookSender : IDisposable
{
    private static readonly HttpRequestOptionsKey<bool> IsFirstOfConnection = new(nameof(IsFirstOfConnection));

    private readonly CallbackRules _rules;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly HttpMessageInvoker _http;

    public WebhookSender(CallbackRules rules, IOptions<WebhookOptions> options, TimeProvider time)
    {
        _rules = rules;
        _time = time;
        _timeout = options.Value.Timeout;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            // The message says itself which trace it is of; the platform would make a span of its own, and a header.
            ActivityHeadersPropagator = null,
            ConnectCallback = ConnectAsync,
            // Names are looked up, and addresses checked, again when connections have grown old.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 16,
            // An answer's body is never looked at; up to 4 KB of it are read away so that the connection can be used again.
            MaxResponseDrainSize = 4096,
        });
    }

    /// <summary>Posts one event and tells what came of it. Throws only where the caller cancels.</summary>
    public async Task<WebhookAnswer> SendAsync(WebhookMessage message, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await PostAsync(message, ended.Token);
        }
        catch (Exception e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new WebhookAnswer(null, timeout.IsCancellationRequested ? $"No answer within {_timeout.TotalSeconds:0.#} s." : Words(e));
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Posts, once more where the listener had just closed the connection that it was sent on: that says nothing of the listener.</summary>
    private async Task<WebhookAnswer> PostAsync(WebhookMessage message, CancellationToken cancellationToken)
    {
        using (var request = Request(message))
        {
            try
            {
                return await PostAsync(request, cancellationToken);
            }
            catch (HttpRequestException e) when (IsClosed(e) && !request.Options.TryGetValue(IsFirstOfConnection, out _))
            {
            }
        }
        using var again = Request(message);
        return await PostAsync(again, cancellationToken);
    }

    private async Task<WebhookAnswer> PostAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var response = await _http.SendAsync(request, cancellationToken);
        return Answer(response);
    }

    private static bool IsClosed(HttpRequestException e) =>
        e.HttpRequestError == HttpRequestError.ResponseEnded || e.InnerException is IOException;

    private HttpRequestMessage Request(WebhookMessage message)
    {
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, message.Callback)
        {
            Content = new ReadOnlyMemoryContent(message.Body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(message.ContentType) } },
        };
        request.Headers.Add("User-Agent", "ServiceOrdering");
        request.Headers.Add("webhook-id", message.EventId);
        request.Headers.Add("webhook-timestamp", timestamp.ToString());
        if (message.Trace is not null)
            request.Headers.Add("traceparent", message.Trace);
        if (message.Secrets.Count > 0)
            request.Headers.Add("webhook-signature", WebhookSecret.Sign(message.Secrets, message.EventId, timestamp, message.Body.Span));
        return request;
    }

    private WebhookAnswer Answer(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        var retryAfter = response.Headers.RetryAfter is { } asked ? asked.Delta ?? asked.Date - _time.GetUtcNow() : null;
        return response.IsSuccessStatusCode ? new WebhookAnswer(status, null)
            : status is >= 300 and < 400 ? new WebhookAnswer(status, $"The listener answered {status}; redirects are not followed.", retryAfter)
            : new WebhookAnswer(status, $"The listener answered {status}.", retryAfter);
    }

    private static string Words(Exception e) => e switch
    {
        { InnerException: CallbackRefusedException refused } => refused.Message,
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "The listener could not be connected to.",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "The TLS connection to the listener failed.",
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or IOException => "The listener closed the connection before it answered.",
        HttpRequestException { InnerException: IOException } => "The listener closed the connection before it answered.",
        _ => "The listener's answer could not be read.",
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        context.InitialRequestMessage.Options.Set(IsFirstOfConnection, true);
        var addresses = await _rules.ResolveAsync(context.DnsEndPoint.Host, cancellationToken);
        for (var i = 0; ; i++)
        {
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(addresses[i], context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception e)
            {
                socket.Dispose();
                if (e is not SocketException || i == addresses.Length - 1)
                    throw;
            }
        }
    }
}
