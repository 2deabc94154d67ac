using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ServiceOrdering.Client.Tests;

/// <summary>A provider that issues tokens to programs, on a loopback address.</summary>
internal sealed class TokenProvider : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<string> _token;

    public TokenProvider(Func<string> token)
    {
        _token = token;
        using (var port = new TcpListener(IPAddress.Loopback, 0))
        {
            port.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)port.LocalEndpoint).Port}/realms/orders");
        }

        _listener.Prefixes.Add($"{Address}/");
        _listener.Start();
        _ = RunAsync();
    }

    public Uri Address { get; }

    /// <summary>What it answers to who wants a token. Default: one.</summary>
    public (int Status, string Body)? Answer { get; set; }

    /// <summary>The path, the account and the form of every request.</summary>
    public ConcurrentQueue<(string Path, string Account, string Form)> Requests { get; } = new();

    public void Dispose() => ((IDisposable)_listener).Dispose();

    private async Task RunAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext http;
            try
            {
                http = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var reader = new StreamReader(http.Request.InputStream);
            var account = http.Request.Headers["Authorization"] is { } basic ? Encoding.UTF8.GetString(Convert.FromBase64String(basic["Basic ".Length..])) : "";
            Requests.Enqueue((http.Request.Url!.AbsolutePath, account, await reader.ReadToEndAsync()));
            var (status, body) = http.Request.HttpMethod == "GET"
                ? (200, $$"""{"issuer":"{{Address}}","token_endpoint":"{{Address}}/token"}""")
                : Answer ?? (200, $$"""{"access_token":"{{_token()}}","token_type":"Bearer","expires_in":3600}""");
            http.Response.StatusCode = status;
            http.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: false);
        }
    }
}
