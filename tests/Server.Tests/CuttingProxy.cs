using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ServiceOrdering.Server.Tests;

/// <summary>Stands between a client and the server and can break every connection, or let nothing through, as a network does.</summary>
public sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> _sockets = [];
    private readonly string _host;
    private readonly int _port;
    private TaskCompletionSource _open = new();
    private bool _holdsAnswersOnly;
    private byte[]? _text;

    public CuttingProxy(string target)
        : this(new Uri(target).Host, new Uri(target).Port) => Address = new UriBuilder(target) { Port = Port }.Uri;

    public CuttingProxy(string host, int port)
    {
        (_host, _port) = (host, port);
        _open.SetResult();
        _listener.Start();
        Address = new Uri($"tcp://127.0.0.1:{Port}");
        _ = AcceptAsync();
    }

    public Uri Address { get; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>From here on nothing comes through; nobody is told.</summary>
    public void Hold()
    {
        _holdsAnswersOnly = false;
        _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Lets the next request through that has a text, and no answer from there on.</summary>
    public void HoldAnswersTo(string text) => _text = Encoding.ASCII.GetBytes(text);

    /// <summary>Lets through what was held, and everything after it.</summary>
    public void Release() => _open.TrySetResult();


    /// <summary>Resets all connections; new ones are let through.</summary>
    public void Cut()
    {
        foreach (var socket in _sockets.Keys)
            Close(socket);
    }

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
        Release();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                client.NoDelay = true;
                try
                {
                    await server.ConnectAsync(_host, _port);
                }
                catch (SocketException)
                {
                    // Behind this there is nobody now; the client is told so, as it would be without.
                    client.Dispose();
                    server.Dispose();
                    continue;
                }
                _sockets[client] = _sockets[server] = true;
                _ = PumpAsync(client, server, isAnswer: false);
                _ = PumpAsync(server, client, isAnswer: true);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool isAnswer)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                if (!isAnswer && _text is { } text && buffer.AsSpan(0, count).IndexOf(text) >= 0)
                {
                    _text = null;
                    Hold();
                    _holdsAnswersOnly = true;
                }
                if (isAnswer || !_holdsAnswersOnly)
                    await _open.Task;
                await to.SendAsync(buffer.AsMemory(0, count));
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Close(from);
            Close(to);
        }
    }

    private void Close(Socket socket)
    {
        // Whoever takes it out closes it. Without lingering it is reset, not ended.
        if (!_sockets.TryRemove(socket, out _))
            return;
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }
}
